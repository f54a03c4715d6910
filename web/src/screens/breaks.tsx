// Reconciliation: what an acquirer's file and our lines don't agree on, side by side, oldest and largest to see;
// the files that were read.
import { useState } from 'preact/hooks';
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { AcquirerFile, Break, List } from '../base/money_types';
import { newKey, write } from '../base/api';
import { href, place, setQuery } from '../base/url';
import { problemOf } from '../ui/act';
import { Badge, Dialog, Empty, Failure, Field, Fresh, Head, Id, Money, Skeleton, Tabs, Time } from '../ui/parts';
import { Table } from '../ui/table';
import type { Problem } from '../base/api';

function Side({ title, facts }: { title: string; facts: Record<string, unknown> | null | undefined }) {
  const rows = Object.entries(facts ?? {}).filter(([, v]) => v !== null && v !== '' && typeof v !== 'object');
  return (
    <div>
      <h3>{title}</h3>
      {rows.length === 0 ? <p class="dim">{t('notThere')}</p> : <dl class="facts">{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd class="tab">{String(v)}</dd></div>)}</dl>}
    </div>
  );
}

function Resolve({ item, onClose, onDone }: { item: Break; onClose: () => void; onDone: () => void }) {
  const [resolution, setResolution] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [key] = useState(() => newKey('break'));
  const send = async (event: Event) => {
    event.preventDefault();
    const body: Record<string, unknown> = { resolution: resolution.trim() };
    if (item.fileId) body.fileId = item.fileId;
    if (item.lineNo !== undefined) body.lineNo = item.lineNo;
    else if (item.lineId) body.lineId = item.lineId;
    try {
      await write('POST', '/v1/breaks/resolutions', body, `${key}-${resolution.length}`);
      onDone();
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <Dialog title={t('resolveBreak')} onClose={onClose}>
      <form class="form" onSubmit={send}>
        <p>{item.why ?? code('breakReason', item.reason)}</p>
        <Field label={t('resolution')} hint={t('resolutionHint')}>{(id, by) => <input id={id} required maxLength={200} aria-describedby={by} value={resolution} onInput={(e) => setResolution(e.currentTarget.value)} />}</Field>
        {problem && <Failure problem={problem} />}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>{t('leaveIt')}</button>
          <button type="submit" class="primary" disabled={resolution.trim() === ''}>{t('resolveIt')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function BreakList() {
  const query = place.value.query;
  const reason = query.get('reason') ?? '';
  const got = useGet<List<Break>>('/v1/breaks?limit=500', 10_000);
  const [opened, setOpened] = useState(-1);
  const [resolving, setResolving] = useState<Break>();
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  const all = got.data.items;
  const reasons = [...new Set(all.map((b) => b.reason))];
  const rows = all.filter((b) => reason === '' || b.reason === reason).sort((a, b) => Math.abs(b.amountDelta ?? 0) - Math.abs(a.amountDelta ?? 0));
  if (all.length === 0) return <Empty title={t('noBreaks')}>{t('noBreaksMore')}</Empty>;
  return (
    <>
      <p class="sub"><Fresh at={got.at} /></p>
      <div class="filter-row open">
        <Field label={t('why')}>
          {(id) => (
            <select id={id} value={reason} onChange={(e) => setQuery({ reason: e.currentTarget.value })}>
              <option value="">{t('all')} ({count(all.length)})</option>
              {reasons.map((r) => <option key={r} value={r}>{`${code('breakReason', r)} (${all.filter((b) => b.reason === r).length})`}</option>)}
            </select>
          )}
        </Field>
      </div>
      <Table
        caption={t('breaks')}
        rows={rows}
        keyOf={(_, i) => String(i)}
        detail={(b) => rows.indexOf(b) === opened && <div class="sides"><Side title={t('theirs')} facts={b.theirs} />{(b.ours?.length ? b.ours : [null]).map((o, i) => <Side key={i} title={t('ours')} facts={o} />)}</div>}
        columns={[
          { id: 'r', label: t('why'), card: 'title', wide: true, cell: (b) => <span class="two"><span>{code('breakReason', b.reason)}</span><span class="dim small-text">{b.why}</span></span> },
          { id: 's', label: t('state'), cell: (b) => <Badge kind="breakState" value={b.state} /> },
          { id: 'a', label: t('acquirer'), cell: (b) => b.acquirer ?? '–' },
          { id: 'd', label: t('ageDays'), num: true, cell: (b) => b.ageDays ?? 0 },
          { id: 't', label: t('dateDelta'), num: true, cell: (b) => (b.dateDelta ? t('daysLong', b.dateDelta) : <span class="dim none">–</span>) },
          { id: 'x', label: t('difference'), num: true, card: 'lead', cell: (b) => <Money value={b.amountDelta ?? 0} currency={b.currency ?? 'KRW'} /> },
          { id: 'z', label: t('action'), cell: (b) => <><button type="button" class="small" aria-expanded={rows.indexOf(b) === opened} onClick={() => setOpened(rows.indexOf(b) === opened ? -1 : rows.indexOf(b))}>{t('sideBySide')}</button> {b.state !== 'RESOLVED' && <button type="button" class="small" onClick={() => setResolving(b)}>{t('resolveIt')}…</button>}</> },
        ]}
      />
      {resolving && <Resolve item={resolving} onClose={() => setResolving(undefined)} onDone={() => { setResolving(undefined); got.refresh(); }} />}
    </>
  );
}

function Files() {
  const got = useGet<List<AcquirerFile>>('/v1/acquirer-files?limit=100', 10_000);
  const [problem, setProblem] = useState<Problem>();
  const [said, setSaid] = useState('');
  const upload = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const file = form.get('file');
    if (!(file instanceof File) || file.size === 0) return;
    setProblem(undefined);
    const query = new URLSearchParams({ name: file.name, kind: String(form.get('kind')), acquirer: String(form.get('acquirer')) });
    try {
      const made = await write<AcquirerFile>('POST', `/v1/acquirer-files?${query}`, file, newKey('file'));
      setSaid(t('fileRead', made.name));
      got.refresh();
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  return (
    <>
      <form class="filter-row open upload" onSubmit={upload}>
        <Field label={t('file')}>{(id) => <input id={id} name="file" type="file" accept=".csv,text/csv" required />}</Field>
        <Field label={t('kind')}>{(id) => <select id={id} name="kind"><option value="ACQUISITION">{t('acquisition')}</option><option value="DEPOSIT">{t('deposit')}</option></select>}</Field>
        <Field label={t('acquirer')}>{(id) => <input id={id} name="acquirer" required maxLength={32} />}</Field>
        <button type="submit">{t('readFile')}</button>
        {said && <span class="dim" role="status">{said}</span>}
      </form>
      {problem && <Failure problem={problem} />}
      {got.data.items.length === 0 ? <Empty title={t('noFiles')} /> : (
        <Table caption={t('files')} rows={got.data.items} keyOf={(f) => f.fileId} columns={[
          { id: 'n', label: t('file'), card: 'title', wide: true, cell: (f) => f.name },
          { id: 'k', label: t('kind'), cell: (f) => f.kind },
          { id: 'a', label: t('acquirer'), cell: (f) => f.acquirer },
          { id: 't', label: t('readAt'), cell: (f) => <Time at={f.importedAt} /> },
          { id: 'r', label: t('rows'), num: true, cell: (f) => count(f.rows ?? 0) },
          { id: 'm', label: t('matched'), num: true, cell: (f) => count(f.matched ?? 0) },
          { id: 'i', label: 'id', cell: (f) => <Id id={f.fileId} /> },
        ]} />
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
