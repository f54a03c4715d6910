// Reconciliation: what an acquirer's file and our lines don't agree on, side by side; the files that were read.
import { useState } from 'preact/hooks';
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { AcquirerFile, Break, List } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, FormDialog } from '../ui/act';
import { Dialog, Empty, Facts, Field, Head, Id, Loaded, Money, None, Panel, Tabs, Time } from '../ui/parts';
import { Table } from '../ui/table';

const SHOWN = 200;

/** Files name amounts in the currency that they were read with; all so far are of won. */
const WON = 'KRW';

const keyOf = (b: Break) => `${b.fileId}.${b.lineNo ?? b.ours[0]}`;
const paymentOf = (line: string) => `pay_${line.slice(4, 30)}`;

function Sides({ b }: { b: Break }) {
  const theirs = b.theirs;
  const delta = b.amountDelta ?? 0;
  return (
    <div class="sides">
      <Panel title={`${t('theirs')} ${b.acquirer}`}>
        {!theirs ? <p class="dim">{t('notThere')}</p> : (
          <Facts rows={[
            [t('row'), theirs.lineNo], [t('approveNo'), theirs.theirKey], [t('cardTail'), theirs.cardTail], [t('amount'), <Money value={theirs.amount} currency={WON} />],
            [t('fees'), <Money value={theirs.fee} currency={WON} />], [t('day'), theirs.date], [t('paidOn'), theirs.paidOn],
          ]} />
        )}
      </Panel>
      <Panel title={t('ours')}>
        {b.ours.length === 0 ? <p class="dim">{t('notThere')}</p> : (
          <Facts rows={[
            ...b.ours.map((id): [string, preact.ComponentChildren] => [t('payment'), <a href={href(`/payments/${paymentOf(id)}`)}><Id id={paymentOf(id)} /></a>]),
            [t('amount'), b.ours.length === 1 && <Money value={(theirs?.amount ?? 0) - delta} currency={WON} />],
          ]} />
        )}
      </Panel>
      <Panel title={t('difference')}>
        <Facts rows={[[t('amount'), <Money value={delta} currency={WON} />], [t('dateDelta'), b.dateDelta ? t('daysLong', b.dateDelta) : <None />], [t('file'), <Id id={b.fileId} />], [t('why'), b.why]]} />
      </Panel>
    </div>
  );
}

function Resolve({ item, onClose, onDone }: { item: Break; onClose: () => void; onDone: () => void }) {
  const [resolution, setResolution] = useState('');
  const which = item.lineNo === undefined ? { lineId: item.ours[0] } : { lineNo: item.lineNo };
  return (
    <FormDialog title={t('resolveBreak')} submit={t('resolveIt')} what="break" path="/v1/breaks/resolutions" ready={resolution.trim() !== ''} body={{ fileId: item.fileId, ...which, resolution: resolution.trim() }} onClose={onClose} onDone={onDone}>
      <p>{item.why ?? code('breakReason', item.reason)}</p>
      <Field label={t('resolution')} hint={t('resolutionHint')}>{(id, by) => <input id={id} required maxLength={200} aria-describedby={by} value={resolution} onInput={(e) => setResolution(e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function BreakTable({ all, refresh }: { all: Break[]; refresh: () => void }) {
  const query = place.value.query;
  const reason = query.get('reason') ?? '';
  const opened = query.get('break');
  const [resolving, setResolving] = useState<Break>();
  const reasons = [...new Set(all.map((b) => b.reason))];
  const rows = all.filter((b) => reason === '' || b.reason === reason);
  return (
    <>
      <div class="segments above" role="group" aria-label={t('why')}>
        {['', ...reasons].map((r) => <button key={r} type="button" aria-pressed={r === reason} onClick={() => setQuery({ reason: r })}>{r === '' ? t('all') : code('breakReason', r)} {r === '' ? all.length : all.filter((b) => b.reason === r).length}</button>)}
      </div>
      <Table
        caption={t('breaks')}
        rows={rows}
        keyOf={keyOf}
        detail={(b) => keyOf(b) === opened && <Sides b={b} />}
        columns={[
          { id: 'd', label: t('ageDays'), num: true, cell: (b) => <span title={b.since}>{count(b.ageDays)}</span> },
          { id: 'r', label: t('why'), card: 'title', wide: true, cell: (b) => <span class="two" title={b.why}><span>{code('breakReason', b.reason)}</span><span class="dim small-text">{b.why}</span></span> },
          { id: 'a', label: t('acquirer'), cell: (b) => b.acquirer },
          { id: 'n', label: t('approveNo'), cell: (b) => (b.theirs?.theirKey ? <span class="tab">{b.theirs.theirKey}</span> : <None />) },
          { id: 't', label: t('theirs'), num: true, cell: (b) => (b.theirs ? <Money value={b.theirs.amount} currency={WON} /> : <None />) },
          { id: 'o', label: t('ours'), num: true, cell: (b) => (b.ours.length === 1 ? <Money value={(b.theirs?.amount ?? 0) - (b.amountDelta ?? 0)} currency={WON} /> : <None />) },
          { id: 'x', label: t('difference'), num: true, card: 'lead', cell: (b) => <Money value={b.amountDelta ?? 0} currency={WON} /> },
          { id: 'z', label: t('action'), cell: (b) => (
            <span class="actions">
              <button type="button" class="small" aria-expanded={keyOf(b) === opened} onClick={() => setQuery({ break: keyOf(b) === opened ? undefined : keyOf(b) }, { replace: true })}>{t('sideBySide')}</button>
              <button type="button" class="small" onClick={() => setResolving(b)}>{t('resolveIt')}…</button>
            </span>
          ) },
        ]}
      />
      {all.length === SHOWN && <p class="note">{t('truncated', SHOWN)}</p>}
      {resolving && <Resolve item={resolving} onClose={() => setResolving(undefined)} onDone={() => { setResolving(undefined); refresh(); }} />}
    </>
  );
}

function BreakList() {
  const got = useGet<List<Break>>(`/v1/breaks?limit=${SHOWN}`, 10_000);
  return <Loaded got={got}>{({ items }) => (items.length === 0 ? <Empty title={t('noBreaks')}>{t('noBreaksMore')}</Empty> : <BreakTable all={items} refresh={got.refresh} />)}</Loaded>;
}

// ---- files ----

interface Imported extends AcquirerFile {
  match: { rows: number; matched: number; breaks: number };
}

function ReadFile({ onClose, onDone }: { onClose: () => void; onDone: (made: Imported) => void }) {
  const [file, setFile] = useState<File>();
  const [kind, setKind] = useState('DEPOSIT');
  const [acquirer, setAcquirer] = useState('');
  const query = new URLSearchParams({ name: file?.name ?? '', kind, acquirer: acquirer.trim() });
  return (
    <FormDialog<Imported> title={t('readAFile')} submit={t('readFile')} what="file" path={`/v1/acquirer-files?${query}`} ready={file !== undefined && acquirer.trim() !== ''} body={file} onClose={onClose} onDone={onDone}>
      <p class="dim">{t('fileIs')} <code class="wrap">number, amount, date, fee, paid_on, card_tail</code></p>
      <Field label={t('file')}>{(id) => <input id={id} type="file" accept=".csv,text/csv" required onChange={(e) => setFile(e.currentTarget.files?.[0])} />}</Field>
      <Field label={t('kind')}>{(id) => <select id={id} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>{['DEPOSIT', 'ACQUISITION'].map((k) => <option key={k} value={k}>{code('fileKind', k)}</option>)}</select>}</Field>
      <Field label={t('acquirer')}>{(id) => <input id={id} required maxLength={32} value={acquirer} onInput={(e) => setAcquirer(e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function Files() {
  const got = useGet<List<AcquirerFile>>('/v1/acquirer-files?limit=100', 10_000);
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<Imported>();
  return (
    <>
      <div class="filter-row open"><button type="button" data-key="act" onClick={() => setOpen(true)}>{t('readAFile')}…</button></div>
      <Loaded got={got}>
        {({ items }) => (items.length === 0 ? <Empty title={t('noFiles')}>{t('noBreaksMore')}</Empty> : (
          <Table caption={t('files')} rows={items} keyOf={(f) => f.fileId} columns={[
            { id: 'n', label: t('file'), card: 'title', wide: true, cell: (f) => <span class="two"><span>{f.name}</span><Id id={f.fileId} /></span> },
            { id: 'k', label: t('kind'), cell: (f) => code('fileKind', f.kind) },
            { id: 'a', label: t('acquirer'), cell: (f) => f.acquirer },
            { id: 't', label: t('readAt'), cell: (f) => <Time at={f.importedAt} /> },
            { id: 'r', label: t('rows'), num: true, cell: (f) => count(f.rows) },
            { id: 'm', label: t('matched'), num: true, cell: (f) => count(f.matched) },
            { id: 'b', label: t('breaks'), num: true, card: 'lead', cell: (f) => (f.breaks > 0 ? <span class="badge warn">{count(f.breaks)}</span> : <span class="badge good">0</span>) },
            { id: 'x', label: t('action'), cell: (f) => <ActButton label={t('matchAgain')} what="match" path={`/v1/acquirer-files/${f.fileId}/matches`} onDone={got.refresh} /> },
          ]} />
        ))}
      </Loaded>
      {open && <ReadFile onClose={() => setOpen(false)} onDone={(one) => { setOpen(false); setMade(one); got.refresh(); }} />}
      {made && (
        <Dialog title={t('fileRead', made.name)} onClose={() => setMade(undefined)}>
          <Facts rows={[[t('rows'), count(made.match.rows)], [t('matched'), count(made.match.matched)], [t('breaks'), <a href={href('/breaks')} onClick={() => setMade(undefined)}>{count(made.match.breaks)}</a>]]} />
        </Dialog>
      )}
    </>
  );
}

export function Breaks() {
  const tab = place.value.query.get('tab') ?? 'breaks';
  return (
    <>
      <Head title={t('breaks')} />
      <Tabs current={tab} hrefOf={(id) => href('/breaks', { tab: id === 'breaks' ? undefined : id })} tabs={[{ id: 'breaks', label: t('breaks') }, { id: 'files', label: t('files') }]} />
      {tab === 'files' ? <Files /> : <BreakList />}
    </>
  );
}
