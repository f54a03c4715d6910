// Reconciliation: what an acquirer's file and our lines don't agree on, side by side; the files that were read.
import { useState } from 'preact/hooks';
import { count } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { AcquirerFile, Break, List } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, FormDialog } from '../ui/act';
import { LiveTable } from '../ui/held';
import { Day, Dialog, Empty, Facts, Field, Head, Id, Loaded, Money, None, Pages, Panel, Tabs, Time, Said, paged } from '../ui/parts';
import { CurrencyField } from './terms_form';

const REASONS = ['', 'AMOUNT_DIFF', 'DATE_DIFF', 'ONLY_THEIRS', 'ONLY_OURS', 'AMBIGUOUS', 'SLIP_REFUSED', 'WITHIN_TOLERANCE'];

const keyOf = (b: Break) => `${b.fileId}.${b.lineNo ?? b.ours[0]}`;
const paymentOf = (line: string) => `pay_${line.slice(4, 30)}`;

function Sides({ b }: { b: Break }) {
  const theirs = b.theirs;
  const delta = b.amountDelta ?? 0;
  return (
    <div class="sides">
      <Panel title={`${t(w.theirs)} ${b.acquirer}`}>
        {!theirs ? <p class="dim">{t(w.notThere)}</p> : (
          <Facts rows={[
            [t(w.row), theirs.lineNo], [t(w.approveNo), theirs.theirKey], [t(w.cardTail), theirs.cardTail], [t(w.amount), <Money value={theirs.amount} currency={b.currency} />],
            [t(w.fees), <Money value={theirs.fee} currency={b.currency} />], [t(w.day), theirs.date && <Day at={theirs.date} />], [t(w.paidOn), theirs.paidOn && <Day at={theirs.paidOn} />],
          ]} />
        )}
      </Panel>
      <Panel title={t(w.ours)}>
        {b.ours.length === 0 ? <p class="dim">{t(w.notThere)}</p> : (
          <Facts rows={[
            ...b.ours.map((id): [string, preact.ComponentChildren] => [t(w.payment), <a href={href(`/payments/${paymentOf(id)}`)}><Id id={paymentOf(id)} /></a>]),
            [t(w.amount), b.ours.length === 1 && <Money value={(theirs?.amount ?? 0) - delta} currency={b.currency} />],
          ]} />
        )}
      </Panel>
      <Panel title={t(w.difference)}>
        <Facts rows={[[t(w.amount), <Money value={delta} currency={b.currency} />], [t(w.dateDelta), b.dateDelta ? t(w.daysLong, b.dateDelta) : <None />], [t(w.file), <Id id={b.fileId} />], [t(w.why), b.why && <>{code('breakReason', b.reason)} <Said>{b.why}</Said></>]]} />
      </Panel>
    </div>
  );
}

function Resolve({ item, onClose, onDone }: { item: Break; onClose: () => void; onDone: () => void }) {
  const [resolution, setResolution] = useState('');
  const which = item.lineNo === undefined ? { lineId: item.ours[0] } : { lineNo: item.lineNo };
  return (
    <FormDialog title={t(w.resolveBreak)} submit={t(w.resolveIt)} what="break" path="/v1/breaks/resolutions" ready={resolution.trim() !== ''} body={{ fileId: item.fileId, ...which, resolution: resolution.trim() }} onClose={onClose} onDone={onDone}>
      <p>{code('breakReason', item.reason)} <Said>{item.why}</Said></p>
      <Field label={t(w.resolution)} hint={t(w.resolutionHint)}>{(id, by) => <input id={id} required maxLength={200} aria-describedby={by} value={resolution} onInput={(e) => setResolution(e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function BreakTable({ rows, of, whole, refresh }: { rows: Break[]; of: string; whole: boolean; refresh: () => void }) {
  const opened = place.value.query.get('break');
  const [resolving, setResolving] = useState<Break>();
  return (
    <>
      <LiveTable
        of={of}
        whole={whole}
        caption={t(w.breaks)}
        rows={rows}
        keyOf={keyOf}
        detail={(b) => keyOf(b) === opened && <Sides b={b} />}
        columns={[
          { label: t(w.ageDays), num: true, cell: (b) => <span title={b.since}>{count(b.ageDays)}</span> },
          { label: t(w.why), card: 'title', wide: true, cell: (b) => <span class="two" title={b.why}><span>{code('breakReason', b.reason)}</span>{lang.value === 'en' && <span class="dim small-text">{b.why}</span>}</span> },
          { label: t(w.acquirer), cell: (b) => b.acquirer },
          { label: t(w.approveNo), cell: (b) => (b.theirs?.theirKey ? <span class="tab">{b.theirs.theirKey}</span> : <None />) },
          { label: t(w.theirs), num: true, cell: (b) => (b.theirs ? <Money value={b.theirs.amount} currency={b.currency} /> : <None />) },
          { label: t(w.ours), num: true, cell: (b) => (b.ours.length === 1 ? <Money value={(b.theirs?.amount ?? 0) - (b.amountDelta ?? 0)} currency={b.currency} /> : <None />) },
          { label: t(w.difference), num: true, card: 'lead', cell: (b) => <Money value={b.amountDelta ?? 0} currency={b.currency} /> },
          { label: t(w.action), cell: (b) => (
            <span class="actions">
              <button type="button" class="small" aria-expanded={keyOf(b) === opened} onClick={() => setQuery({ break: keyOf(b) === opened ? undefined : keyOf(b) }, { replace: true })}>{t(w.sideBySide)}</button>
              {b.state !== 'MATCHED' && <button type="button" class="small" onClick={() => setResolving(b)}>{t(w.resolveIt)}…</button>}
            </span>
          ) },
        ]}
      />
      {resolving && <Resolve item={resolving} onClose={() => setResolving(undefined)} onDone={() => { setResolving(undefined); refresh(); }} />}
    </>
  );
}

function BreakList() {
  const reason = place.value.query.get('reason') ?? '';
  const got = useGet<List<Break>>(paged(`/v1/breaks${reason ? `?reason=${reason}` : ''}`), 10_000);
  return (
    <>
      <div class="segments above" role="group" aria-label={t(w.why)}>
        {REASONS.map((r) => <button key={r} type="button" aria-pressed={r === reason} onClick={() => setQuery({ reason: r, cursor: undefined })}>{r === '' ? t(w.all) : code('breakReason', r)}</button>)}
      </div>
      <Loaded got={got}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 && !nextCursor ? <Empty title={t(w.noBreaks)}>{t(w.noBreaksMore)}</Empty> : <BreakTable rows={items} of={got.turn} whole={!nextCursor && !place.value.query.get('cursor')} refresh={got.refresh} />}
            <Pages next={nextCursor} />
          </>
        )}
      </Loaded>
    </>
  );
}

// ---- files ----

interface Imported extends AcquirerFile {
  match: { rows: number; matched: number; breaks: number; withinTolerance: number; difference: number };
}

function ReadFile({ onClose, onDone }: { onClose: () => void; onDone: (made: Imported) => void }) {
  const [file, setFile] = useState<File>();
  const [kind, setKind] = useState('DEPOSIT');
  const [acquirer, setAcquirer] = useState('');
  const [currency, setCurrency] = useState('KRW');
  const query = new URLSearchParams({ name: file?.name ?? '', kind, acquirer: acquirer.trim(), currency });
  return (
    <FormDialog<Imported> title={t(w.readAFile)} submit={t(w.readFile)} what="file" path={`/v1/acquirer-files?${query}`} ready={file !== undefined && acquirer.trim() !== ''} body={file} onClose={onClose} onDone={onDone}>
      <p class="dim">{t(w.fileIs)} <code class="wrap">number, amount, date, fee, paid_on, card_tail</code></p>
      <Field label={t(w.file)}>{(id) => <input id={id} type="file" accept=".csv,text/csv" required onChange={(e) => setFile(e.currentTarget.files?.[0])} />}</Field>
      <Field label={t(w.kind)}>{(id) => <select id={id} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>{['DEPOSIT', 'ACQUISITION'].map((k) => <option key={k} value={k}>{code('fileKind', k)}</option>)}</select>}</Field>
      <Field label={t(w.acquirer)}>{(id) => <input id={id} required maxLength={32} value={acquirer} onInput={(e) => setAcquirer(e.currentTarget.value)} />}</Field>
      <CurrencyField value={currency} onType={setCurrency} />
    </FormDialog>
  );
}

function Files() {
  const got = useGet<List<AcquirerFile>>(paged('/v1/acquirer-files'), 10_000);
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<Imported>();
  return (
    <>
      <div class="filter-row open"><button type="button" data-key="act" onClick={() => setOpen(true)}>{t(w.readAFile)}…</button></div>
      <Loaded got={got}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noFiles)}>{t(w.noBreaksMore)}</Empty> : <>
          <LiveTable of={got.turn} caption={t(w.files)} rows={items} keyOf={(f) => f.fileId} columns={[
            { label: t(w.file), card: 'title', wide: true, cell: (f) => <span class="two"><span>{f.name}</span><Id id={f.fileId} /></span> },
            { label: t(w.kind), cell: (f) => code('fileKind', f.kind) },
            { label: t(w.acquirer), cell: (f) => f.acquirer },
            { label: t(w.readAt), zone: true, cell: (f) => <Time at={f.importedAt} /> },
            { label: t(w.rows), num: true, cell: (f) => count(f.rows) },
            { label: t(w.matched), num: true, cell: (f) => count(f.matched) },
            { label: t(w.breaks), num: true, card: 'lead', cell: (f) => (f.breaks > 0 ? <span class="badge warn">{count(f.breaks)}</span> : <span class="badge good">0</span>) },
            { label: code('breakReason', 'WITHIN_TOLERANCE'), num: true, cell: (f) => (f.withinTolerance > 0 ? <a href={href('/breaks', { reason: 'WITHIN_TOLERANCE' })} title={`${count(f.withinTolerance)} ${t(w.rows)}`}><Money value={f.difference} currency={f.currency} /></a> : <None />) },
            { label: t(w.action), cell: (f) => <ActButton label={t(w.matchAgain)} what="match" path={`/v1/acquirer-files/${f.fileId}/matches`} onDone={got.refresh} /> },
          ]} />
          <Pages next={nextCursor} />
        </>)}
      </Loaded>
      {open && <ReadFile onClose={() => setOpen(false)} onDone={(one) => { setOpen(false); setMade(one); got.refresh(); }} />}
      {made && (
        <Dialog title={t(w.fileRead, made.name)} onClose={() => setMade(undefined)}>
          <Facts rows={[[t(w.rows), count(made.match.rows)], [t(w.matched), count(made.match.matched)], [t(w.breaks), <a href={href('/breaks')} onClick={() => setMade(undefined)}>{count(made.match.breaks)}</a>], [code('breakReason', 'WITHIN_TOLERANCE'), made.match.withinTolerance > 0 && <><Money value={made.match.difference} currency={made.currency} /> ({count(made.match.withinTolerance)})</>]]} />
        </Dialog>
      )}
    </>
  );
}

export function Breaks() {
  const tab = place.value.query.get('tab') ?? 'breaks';
  return (
    <>
      <Head title={t(w.breaks)} />
      <Tabs current={tab} hrefOf={(id) => href('/breaks', { tab: id === 'breaks' ? undefined : id })} tabs={[{ id: 'breaks', label: t(w.breaks) }, { id: 'files', label: t(w.files) }]} />
      {tab === 'files' ? <Files /> : <BreakList />}
    </>
  );
}
