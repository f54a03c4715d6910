// Changes of reference data: one person proposes, another decides, and both see first what would move.
import { rate } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { get, session } from '../base/api';
import { useGet } from '../base/live';
import type { Change, List, WhatIf } from '../base/money_types';
import { go, href, place, setQuery } from '../base/url';
import { ActButton, FormDialog } from '../ui/act';
import { merchantName } from '../ui/merchants';
import { LiveTable } from '../ui/held';
import { Badge, Day, Empty, Facts, Field, Id, Loaded, Money, None, Pages, Time, paged } from '../ui/parts';
import { MOVES_SHOWN, Moves } from './moves';
import { CanaryTerms, Terms } from './terms';

/** A form whose wish becomes a change: looked at first, then proposed, then shown where it waits. */
export function ProposeForm({ kind, title, body, ready, note, onClose, children }: { kind: string; title: string; body: Record<string, unknown>; ready: boolean; note: [string, (text: string) => void]; onClose: () => void; children: preact.ComponentChildren }) {
  return (
    <FormDialog<Change, WhatIf> wide title={title} submit={t(w.propose)} what="change" path="/v1/changes" ready={ready} body={{ kind, note: note[0].trim() || undefined, ...body }} previewed={`&limit=${MOVES_SHOWN}`} preview={(moved, ask) => <Moves of={moved} ask={ask} />} onClose={onClose} onDone={(made) => { onClose(); go(href('/contracts', { tab: 'changes', change: made.changeId, status: made.status === 'PROPOSED' ? undefined : 'ALL' })); }}>
      {children}
      <Field label={t(w.note)} hint={t(w.noteHint)}>{(id, by) => <input id={id} maxLength={500} aria-describedby={by} value={note[0]} onInput={(e) => note[1](e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function WhatIfOf({ change }: { change: Change }) {
  const path = `/v1/changes/${change.changeId}/what-if`;
  const got = useGet<WhatIf>(`${path}?limit=${MOVES_SHOWN}`);
  return <Loaded got={got} rows={3}>{(moved) => <Moves key={String(got.at)} of={moved} ask={(query) => get<WhatIf>(`${path}?${query}`)} />}</Loaded>;
}

function What({ change }: { change: Change }) {
  const { calendar, hold, fundsRatio, fundsHeld, canary } = change;
  if (change.contract) return <Terms c={change.contract} />;
  if (canary) return <CanaryTerms c={canary} />;
  return (
    <Facts rows={[
      [t(w.calendar), calendar && <>{calendar.code} v{calendar.version} · <Day at={calendar.from} /> – <Day at={calendar.until} /> · {t(w.closedDays, calendar.days)}</>],
      [t(w.merchant), hold && merchantName(hold.merchantId)],
      [t(w.hold), hold && <>{hold.placed ? t(w.onHold) : t(w.liftedHold)} · <Day at={hold.from} /> · {hold.reason}</>],
      [t(w.required), fundsRatio && <>{rate(fundsRatio.ratioPpm)} · <Day at={fundsRatio.validFrom} /></>],
      [t(w.heldFunds), fundsHeld && <><Day at={fundsHeld.date} /> · {fundsHeld.institution} <Money value={fundsHeld.amount} currency={fundsHeld.currency} /></>],
    ]} />
  );
}

function aboutText(c: Change): string {
  const who = c.contract?.merchantId ?? c.hold?.merchantId;
  return who ? merchantName(who) : (c.calendar?.code ?? c.fundsHeld?.institution ?? c.canary?.name ?? '');
}

function Decide({ c, onDone }: { c: Change; onDone: () => void }) {
  const path = `/v1/changes/${c.changeId}/decisions`;
  const mine = c.proposedBy === session.value?.keyId;
  return (
    <>
      {mine ? <span class="dim small-text">{t(w.yourOwn)}</span> : <ActButton label={t(w.approve)} primary path={path} body={{ decision: 'APPROVE' }} what="approve" ask={<><What change={c} /><WhatIfOf change={c} /></>} onDone={onDone} />}
      <ActButton label={mine ? t(w.withdraw) : t(w.reject)} path={path} body={{ decision: 'REJECT' }} what="reject" danger ask={<p>{[code('changeKind', c.kind), aboutText(c), c.note].filter(Boolean).join(' · ')}</p>} onDone={onDone} />
    </>
  );
}

export function Changes() {
  const query = place.value.query;
  const all = query.get('status') === 'ALL';
  const opened = query.get('change');
  const got = useGet<List<Change>>(paged(`/v1/changes${all ? '' : '?status=PROPOSED'}`), 5000);
  const who = (id: string | undefined, at: string | undefined) => (id ? <span class="two"><Id id={id} /><span class="dim small-text"><Time at={at} /></span></span> : <None />);
  return (
    <>
      <div class="segments above" role="group" aria-label={t(w.state)}>
        <button type="button" aria-pressed={!all} onClick={() => setQuery({ status: undefined, cursor: undefined })}>{code('changeStatus', 'PROPOSED')}</button>
        <button type="button" aria-pressed={all} onClick={() => setQuery({ status: 'ALL', cursor: undefined })}>{t(w.all)}</button>
      </div>
      <Loaded got={got}>
        {({ items, nextCursor }) => (items.length === 0 && !nextCursor ? <Empty title={t(w.noChanges)}>{t(w.noChangesMore)}</Empty> : <>
          <LiveTable
            of={got.turn}
            whole={!nextCursor && !query.get('cursor')}
            caption={t(w.changes)}
            rows={items}
            keyOf={(c) => c.changeId}
            detail={(c) => c.changeId === opened && <><What change={c} />{c.status === 'PROPOSED' && <WhatIfOf change={c} />}</>}
            columns={[
              { label: t(w.kind), card: 'title', wide: true, cell: (c) => <span class="two"><span>{[code('changeKind', c.kind), aboutText(c)].filter(Boolean).join(' · ')}</span><span class="dim small-text">{c.note}</span></span> },
              { label: t(w.proposedBy), zone: true, cell: (c) => who(c.proposedBy, c.proposedAt) },
              { label: t(w.decidedBy), zone: true, cell: (c) => who(c.decidedBy, c.decidedAt) },
              { label: t(w.state), card: 'lead', cell: (c) => <Badge kind="changeStatus" value={c.status} /> },
              { label: t(w.action), cell: (c) => (
                <span class="actions">
                  <button type="button" class="small" aria-expanded={c.changeId === opened} onClick={() => setQuery({ change: c.changeId === opened ? undefined : c.changeId }, { replace: true })}>{c.status === 'PROPOSED' ? t(w.whatIf) : t(w.about)}</button>
                  {c.status === 'PROPOSED' && <Decide c={c} onDone={got.refresh} />}
                </span>
              ) },
            ]}
          />
          <Pages next={nextCursor} />
        </>)}
      </Loaded>
    </>
  );
}
