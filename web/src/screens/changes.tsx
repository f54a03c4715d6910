// Changes of reference data: one person proposes, another decides, and both see first what would move.
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { Change, List, WhatIf } from '../base/money_types';
import { go, href, place, setQuery } from '../base/url';
import { ActButton, Figures, FormDialog } from '../ui/act';
import { merchantName, useMerchants } from '../ui/merchants';
import { Badge, Empty, Facts, Field, Id, Loaded, Money, None, Time } from '../ui/parts';
import { Table } from '../ui/table';
import { Terms } from './contracts';

const SHOWN = 20;

function FromTo<T>({ of, show }: { of: { from?: T; to?: T }; show: (value: T) => preact.ComponentChildren }) {
  const side = (value: T | undefined) => (value === undefined ? <None /> : show(value));
  return <span class="tab">{of.from !== of.to && <>{side(of.from)} → </>}{side(of.to)}</span>;
}

/** Lines and payouts that a change would move. */
export function Moves({ w }: { w: WhatIf }) {
  if (w.counts.lines + w.counts.payouts === 0) return <p>{t('movesNothing')}</p>;
  return (
    <>
      <Figures rows={[
        [t('lines'), count(w.counts.lines)], [t('payouts'), count(w.counts.payouts)], [t('merchants'), count(w.counts.merchants)],
        ...w.feeDelta.map((d): [string, preact.ComponentChildren, boolean] => [t('feeDelta'), <Money value={d.amount} currency={d.currency} plain />, true]),
      ]} />
      {w.payouts.length > 0 && (
        <Table caption={t('payoutsMove')} rows={w.payouts.slice(0, SHOWN)} keyOf={(_, i) => String(i)} columns={[
          { id: 'm', label: t('merchant'), card: 'title', wide: true, cell: (p) => merchantName(p.merchantId) },
          { id: 'd', label: t('payoutDate'), cell: (p) => <FromTo of={p.date} show={String} /> },
          { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (p) => <Money value={p.net} currency={p.currency} /> },
        ]} />
      )}
      {w.lines.length > 0 && (
        <Table caption={t('linesMove')} rows={w.lines.slice(0, SHOWN)} keyOf={(l) => l.lineId} columns={[
          { id: 'l', label: t('payment'), card: 'title', wide: true, cell: (l) => <><a href={href(`/payments/${l.paymentId}`)}><Id id={l.paymentId} /></a> {l.fails && <span class="badge bad">{t('failed')}</span>}</> },
          { id: 'd', label: t('payoutDate'), cell: (l) => <FromTo of={l.payoutDate} show={String} /> },
          { id: 'f', label: t('feeWithVat'), num: true, cell: (l) => <FromTo of={l.fee} show={(v) => <Money value={v} currency={l.currency} plain />} /> },
          { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (l) => <FromTo of={l.net} show={(v) => <Money value={v} currency={l.currency} />} /> },
        ]} />
      )}
      {(w.truncated || w.lines.length > SHOWN || w.payouts.length > SHOWN) && <p class="dim small-text">{t('truncated', SHOWN)}</p>}
    </>
  );
}

/** A form whose wish becomes a change: looked at first, then proposed, then shown where it waits. */
export function ProposeForm({ kind, title, body, ready, note, onClose, children }: { kind: string; title: string; body: Record<string, unknown>; ready: boolean; note: [string, (text: string) => void]; onClose: () => void; children: preact.ComponentChildren }) {
  useMerchants();
  return (
    <FormDialog<Change, WhatIf> wide title={title} submit={t('propose')} what="change" path="/v1/changes" ready={ready} body={{ kind, note: note[0].trim() || undefined, ...body }} preview={(w) => <Moves w={w} />} onClose={onClose} onDone={(made) => { onClose(); go(href('/contracts', { tab: 'changes', change: made.changeId, status: made.status === 'PROPOSED' ? undefined : 'ALL' })); }}>
      {children}
      <Field label={t('note')} hint={t('noteHint')}>{(id, by) => <input id={id} maxLength={500} aria-describedby={by} value={note[0]} onInput={(e) => note[1](e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function WhatIfOf({ change }: { change: Change }) {
  useMerchants();
  const got = useGet<WhatIf>(`/v1/changes/${change.changeId}/what-if`);
  return <Loaded got={got} rows={3}>{(w) => <Moves w={w} />}</Loaded>;
}

function What({ change }: { change: Change }) {
  const { calendar, hold, fundsRatio, fundsHeld, canary } = change;
  if (change.contract) return <Terms c={change.contract} />;
  return (
    <Facts rows={[
      [t('calendar'), calendar && `${calendar.code} v${calendar.version} · ${calendar.from} – ${calendar.until} · ${t('closedDays', calendar.days)}`],
      [t('merchant'), hold && merchantName(hold.merchantId)],
      [t('hold'), hold && `${hold.placed ? t('onHold') : t('liftedHold')} · ${hold.from} · ${hold.reason ?? ''}`],
      [t('required'), fundsRatio && `${fundsRatio.ratioPpm / 10_000} % · ${fundsRatio.validFrom}`],
      [t('heldFunds'), fundsHeld && <>{fundsHeld.date} · {fundsHeld.institution} <Money value={fundsHeld.amount} currency={fundsHeld.currency} /></>],
      [t('canary'), canary?.name],
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
      {mine ? <span class="dim small-text">{t('yourOwn')}</span> : <ActButton label={t('approve')} primary path={path} body={{ decision: 'APPROVE' }} what="approve" ask={<><What change={c} /><WhatIfOf change={c} /></>} onDone={onDone} />}
      <ActButton label={mine ? t('withdraw') : t('reject')} path={path} body={{ decision: 'REJECT' }} what="reject" danger ask={<p>{[code('changeKind', c.kind), aboutText(c), c.note].filter(Boolean).join(' · ')}</p>} onDone={onDone} />
    </>
  );
}

export function Changes() {
  useMerchants();
  const query = place.value.query;
  const all = query.get('status') === 'ALL';
  const opened = query.get('change');
  const got = useGet<List<Change>>(`/v1/changes?limit=100${all ? '' : '&status=PROPOSED'}`, 5000);
  const who = (id: string | undefined, at: string | undefined) => (id ? <span class="two"><Id id={id} /><span class="dim small-text"><Time at={at} /></span></span> : <None />);
  return (
    <>
      <div class="segments above" role="group" aria-label={t('state')}>
        <button type="button" aria-pressed={!all} onClick={() => setQuery({ status: undefined })}>{code('changeStatus', 'PROPOSED')}</button>
        <button type="button" aria-pressed={all} onClick={() => setQuery({ status: 'ALL' })}>{t('all')}</button>
      </div>
      <Loaded got={got}>
        {({ items }) => (items.length === 0 ? <Empty title={t('noChanges')}>{t('noChangesMore')}</Empty> : (
          <Table
            caption={t('changes')}
            rows={items}
            keyOf={(c) => c.changeId}
            detail={(c) => c.changeId === opened && <><What change={c} />{c.status === 'PROPOSED' && <WhatIfOf change={c} />}</>}
            columns={[
              { id: 'k', label: t('kind'), card: 'title', wide: true, cell: (c) => <span class="two"><span>{[code('changeKind', c.kind), aboutText(c)].filter(Boolean).join(' · ')}</span><span class="dim small-text">{c.note}</span></span> },
              { id: 'b', label: t('proposedBy'), cell: (c) => who(c.proposedBy, c.proposedAt) },
              { id: 'd', label: t('decidedBy'), cell: (c) => who(c.decidedBy, c.decidedAt) },
              { id: 's', label: t('state'), card: 'lead', cell: (c) => <Badge kind="changeStatus" value={c.status} /> },
              { id: 'a', label: t('action'), cell: (c) => (
                <span class="actions">
                  <button type="button" class="small" aria-expanded={c.changeId === opened} onClick={() => setQuery({ change: c.changeId === opened ? undefined : c.changeId }, { replace: true })}>{c.status === 'PROPOSED' ? t('whatIf') : t('about')}</button>
                  {c.status === 'PROPOSED' && <Decide c={c} onDone={got.refresh} />}
                </span>
              ) },
            ]}
          />
        ))}
      </Loaded>
    </>
  );
}
