// Settlement by day: which days ran and how, the plan of one, its run as it goes, what failed and why, running it
// again, and one line explained rule by rule.
import { addDays, count, dayLong, lasting, rate } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { Amounts, CanaryDifference, FailedItem, Line, LineSummary, List, Plan, Run } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, Figures } from '../ui/act';
import { ExportButton } from '../ui/export';
import { merchantName, useMerchants } from '../ui/merchants';
import { Badge, Empty, Failure, Fresh, Head, Id, Money, Panel, Skeleton, Tabs, Time } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { Table } from '../ui/table';
import { LineTable } from './settlement_lines';

const sumsOf = (a: Amounts): [string, preact.ComponentChildren, boolean?][] => [
  [t('lines'), count(a.lines ?? a.count ?? 0)],
  [t('gross'), <Money value={a.gross} currency={a.currency} />],
  [t('feeWithVat'), <Money value={-a.fee} currency={a.currency} />],
  [t('netPaid'), <Money value={a.net} currency={a.currency} />, true],
];

export function Settlement() {
  const period = periodOf(place.value.query, 14);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const got = useGet<List<Run>>(period.given ? `/v1/settlement/runs?from=${period.from}&until=${period.until}` : null, 5000);
  const runs = new Map((got.data?.items ?? []).map((r) => [r.date, r]));
  const days: string[] = [];
  for (let d = addDays(period.until, -1); d >= period.from && days.length < 366; d = addDays(d, -1)) days.push(d);
  const first = (r: Run | undefined) => r?.totals?.[0];
  return (
    <>
      <Head title={t('settlement')} sub={<Fresh at={got.at} />} />
      <div class="filters"><PeriodPicker period={period} /></div>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton rows={8} />}
      {got.data && (
        <Table
          caption={t('settlement')}
          rows={days}
          keyOf={(d) => d}
          hrefOf={(d) => href(`/settlement/${d}`)}
          columns={[
            { id: 'd', label: t('day'), card: 'title', cell: (d) => <a href={href(`/settlement/${d}`)}>{dayLong(d, lang.value)}</a> },
            { id: 's', label: t('state'), cell: (d) => <Badge kind="runState" value={runs.get(d)?.state ?? 'NEVER'} /> },
            { id: 'a', label: t('attempts'), num: true, cell: (d) => runs.get(d)?.attempt ?? <span class="dim none">–</span> },
            { id: 'l', label: t('lines'), num: true, cell: (d) => count(first(runs.get(d))?.lines ?? runs.get(d)?.progress?.lines ?? 0) },
            { id: 'x', label: t('failed'), num: true, cell: (d) => { const n = runs.get(d)?.progress?.failed ?? 0; return n > 0 ? <span class="badge bad">{count(n)}</span> : '0'; } },
            { id: 'g', label: t('gross'), num: true, cell: (d) => <Money value={first(runs.get(d))?.gross} currency={first(runs.get(d))?.currency ?? 'KRW'} /> },
            { id: 'f', label: t('feeWithVat'), num: true, cell: (d) => { const a = first(runs.get(d)); return <Money value={a && -a.fee} currency={a?.currency ?? 'KRW'} />; } },
            { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (d) => <Money value={first(runs.get(d))?.net} currency={first(runs.get(d))?.currency ?? 'KRW'} /> },
          ]}
        />
      )}
    </>
  );
}

function Progress({ run }: { run: Run }) {
  const p = run.progress;
  if (!p) return null;
  const spent = run.startedAt ? Date.now() - Date.parse(run.startedAt) : 0;
  const left = p.done > 0 && p.done < p.total ? lasting((spent / p.done) * (p.total - p.done)) : '';
  return (
    <div class="job" role="status">
      {count(p.done)} / {count(p.total)} · {t('lines')} {count(p.lines)} · {t('failed')} {count(p.failed)} {left !== '' && `· ${t('timeLeft', left)}`}
      <progress max={Math.max(1, p.total)} value={p.done} aria-label={t('runProgress')} />
    </div>
  );
}

function RunPanel({ run, plan, date, refresh }: { run: Run | undefined; plan: Plan | undefined; date: string; refresh: () => void }) {
  const state = run?.state ?? plan?.state ?? 'NEVER';
  const running = state === 'RUNNING';
  const ran = run !== undefined && state !== 'NEVER';
  return (
    <Panel
      title={<>{t('run')} <Badge kind="runState" value={state} /></>}
      aside={
        <span class="actions">
          {!ran && <ActButton<Run> label={t('runIt')} path="/v1/settlement/runs" body={{ date }} what="run" primary onDone={refresh} />}
          {ran && !running && <ActButton<Run> label={t('rerun')} path={`/v1/settlement/runs/${date}/reruns`} what="rerun" ask={<p>{t('rerunMeans')}</p>} onDone={refresh} />}
          {running && <ActButton label={t('stop')} path={`/v1/settlement/runs/${date}/stops`} what="stop" danger ask={<p>{t('stopMeans')}</p>} onDone={refresh} />}
        </span>
      }
    >
      {!ran && <p class="dim">{t('neverRan')}</p>}
      {run && running && <Progress run={run} />}
      {run && ran && (
        <dl class="facts">
          <div><dt>{t('attempts')}</dt><dd>{run.attempt ?? 1}</dd></div>
          <div><dt>{t('started')}</dt><dd><Time at={run.startedAt} full /></dd></div>
          {run.endedAt && <div><dt>{t('ended')}</dt><dd><Time at={run.endedAt} full /> {run.startedAt && <span class="dim">({lasting(Date.parse(run.endedAt) - Date.parse(run.startedAt))})</span>}</dd></div>}
          {run.added !== undefined && <div><dt>{t('linesBeforeAfter')}</dt><dd class="tab">{count(run.before ?? 0)} + {count(run.added)} = {count(run.after ?? 0)}</dd></div>}
          {run.untouchedHash && <div><dt>{t('untouched')}</dt><dd><code>{run.untouchedHash}</code></dd></div>}
          {run.promoted && run.promoted.length > 0 && <div><dt>{t('promoted')}</dt><dd>{run.promoted.join(', ')}</dd></div>}
        </dl>
      )}
    </Panel>
  );
}

function PlanPanel({ plan }: { plan: Plan }) {
  return (
    <Panel title={t('plan')}>
      <p>{t('planIs', count(plan.items), count(plan.merchants))} {plan.late > 0 && <span class="badge warn">{t('lateItems', count(plan.late))}</span>}</p>
      {plan.totals.map((a) => <Figures key={a.currency} rows={sumsOf(a)} />)}
      {plan.waiting.length > 0 && <p class="note">{t('earlierWaiting')} {plan.waiting.map((d) => <a key={d} href={href(`/settlement/${d}`)}>{d} </a>)}</p>}
      {plan.problems.length > 0 && <ul class="evidence">{plan.problems.map((p) => <li key={p.code}><span class="badge bad">{count(p.count)}</span> <code>{p.code}</code> {p.detail}</li>)}</ul>}
    </Panel>
  );
}

function Failures({ date }: { date: string }) {
  const got = useGet<List<FailedItem>>(`/v1/settlement/runs/${date}/failures`, 5000);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  if (got.data.items.length === 0) return <Empty title={t('noFailures')} />;
  return (
    <Table
      caption={t('failed')}
      rows={got.data.items}
      keyOf={(f, i) => f.lineId ?? `${f.paymentId}${i}`}
      columns={[
        { id: 'p', label: t('payment'), card: 'title', cell: (f) => <a href={href(`/payments/${f.paymentId}`)}><Id id={f.paymentId} /></a> },
        { id: 'm', label: t('merchant'), cell: (f) => merchantName(f.merchantId) },
        { id: 'c', label: t('why'), wide: true, cell: (f) => <><code>{f.code}</code> {f.detail}</> },
        { id: 'a', label: t('amount'), num: true, card: 'lead', cell: (f) => <Money value={f.amount} currency={f.currency ?? 'KRW'} /> },
      ]}
    />
  );
}

function Differences({ date }: { date: string }) {
  const got = useGet<List<CanaryDifference>>(`/v1/settlement/runs/${date}/differences`);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  if (got.data.items.length === 0) return <Empty title={t('noCanaryDifference')}>{t('canaryIs')}</Empty>;
  return (
    <Table
      caption={t('canaryDifferences')}
      rows={got.data.items}
      keyOf={(d) => d.lineId}
      columns={[
        { id: 'l', label: t('settlementLine'), card: 'title', cell: (d) => <a href={href(`/settlement/lines/${d.lineId}`)}><Id id={d.lineId} /></a> },
        { id: 'm', label: t('merchant'), cell: (d) => merchantName(d.merchantId) },
        { id: 'n', label: t('feeNow'), num: true, cell: (d) => <Money value={d.feeNow} currency={d.currency ?? 'KRW'} /> },
        { id: 'c', label: t('feeCandidate'), num: true, cell: (d) => <Money value={d.feeCandidate} currency={d.currency ?? 'KRW'} /> },
        { id: 'd', label: t('difference'), num: true, card: 'lead', cell: (d) => <Money value={d.feeCandidate - d.feeNow} currency={d.currency ?? 'KRW'} /> },
        { id: 'w', label: t('why'), wide: true, cell: (d) => d.detail },
      ]}
    />
  );
}

function Lines({ date }: { date: string }) {
  const query = place.value.query;
  const after = query.get('cursor');
  const merchant = query.get('merchant');
  const path = `/v1/settlement/runs/${date}/lines?limit=100${merchant ? `&merchant=${merchant}` : ''}`;
  const got = useGet<List<LineSummary>>(`${path}${after ? `&cursor=${encodeURIComponent(after)}` : ''}`);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  if (got.data.items.length === 0) return <Empty title={t('noLines')} />;
  return (
    <>
      <LineTable lines={got.data.items} withMerchant />
      {(got.data.nextCursor || after) && (
        <nav class="pages" aria-label={t('pages')}>
          {after && <button type="button" onClick={() => history.back()}>{t('previousPage')}</button>}
          {got.data.nextCursor && <button type="button" onClick={() => setQuery({ cursor: got.data?.nextCursor })}>{t('nextPage')}</button>}
        </nav>
      )}
    </>
  );
}

export function SettlementDay({ id: date }: { id: string }) {
  useMerchants();
  const tab = place.value.query.get('tab') ?? 'lines';
  const run = useGet<Run>(`/v1/settlement/runs/${date}`, 1500);
  const plan = useGet<Plan>(`/v1/settlement/plans/${date}`, 10_000);
  const never = run.problem?.status === 404 && !(run.problem.detail ?? '').includes('no such path');
  const refresh = () => {
    run.refresh();
    plan.refresh();
  };
  const failed = run.data?.progress?.failed ?? 0;
  return (
    <>
      <Head title={dayLong(date, lang.value)} sub={<><a href={href(`/settlement/${addDays(date, -1)}`)}>← {addDays(date, -1)}</a> · <a href={href('/settlement')}>{t('allDays')}</a> · <a href={href(`/settlement/${addDays(date, 1)}`)}>{addDays(date, 1)} →</a> · <Fresh at={run.at || plan.at} /></>}>
        <ExportButton what={{ name: `settlement_${date}`, path: `/v1/settlement/runs/${date}/lines`, rows: (p) => (p as unknown as List<LineSummary>).items, head: ['lineId', 'paymentId', 'merchantId', 'kind', 'basisDate', 'payoutDate', 'currency', 'gross', 'fee', 'net'], line: (l: LineSummary) => [l.lineId, l.paymentId, l.merchantId, l.kind, l.basisDate, l.payoutDate, l.currency, l.gross, l.fee, l.net] }} />
      </Head>
      {run.problem && !never && <Failure problem={run.problem} retry={refresh} />}
      {run.data?.totals?.map((a) => <Figures key={a.currency} rows={sumsOf(a)} />)}
      <div class="split">
        {(run.data || never) && <RunPanel run={run.data} plan={plan.data} date={date} refresh={refresh} />}
        {plan.data && <PlanPanel plan={plan.data} />}
      </div>
      {run.data && (
        <>
          <Tabs current={tab} hrefOf={(one) => href(`/settlement/${date}`, { tab: one === 'lines' ? undefined : one })} tabs={[{ id: 'lines', label: t('lines') }, { id: 'failures', label: t('failed'), count: failed }, { id: 'differences', label: t('canaryDifferences') }]} />
          {tab === 'lines' && <Lines date={date} />}
          {tab === 'failures' && <Failures date={date} />}
          {tab === 'differences' && <Differences date={date} />}
        </>
      )}
    </>
  );
}

export function SettlementLine({ id }: { id: string }) {
  useMerchants();
  const got = useGet<Line>(`/v1/settlement/lines/${encodeURIComponent(id)}`);
  const line = got.data;
  if (!line) return <><Head title={t('settlementLine')} sub={<Id id={id} whole />} />{got.problem ? <Failure problem={got.problem} retry={got.refresh} /> : <Skeleton />}</>;
  const sum = (value: number | undefined) => <Money value={value} currency={line.currency} />;
  return (
    <>
      <Head title={<>{t('settlementLine')} <span class="badge">{code('lineKind', line.kind)}</span></>} sub={<><Id id={line.lineId} whole /> · <a href={href(`/payments/${line.paymentId}`)}>{t('payment')}</a> · {merchantName(line.merchantId)} {line.recomputed && <span class="badge good">{t('recomputed')}</span>}</>} />
      <Figures rows={[[t('gross'), sum(line.gross)], [t('feeWithVat'), sum(-line.fee)], [t('netPaid'), sum(line.net), true]]} />
      <div class="split">
        <div class="stack">
          <Panel flush title={t('explain')}>
            <Table
              caption={t('explain')}
              rows={line.explain}
              keyOf={(_, i) => String(i)}
              columns={[
                { id: 'r', label: t('rule'), card: 'title', cell: (e) => e.rule },
                { id: 'f', label: t('formula'), wide: true, cell: (e) => <code class="wrap">{e.formula}</code> },
                { id: 'v', label: t('value'), num: true, card: 'lead', cell: (e) => (typeof e.value === 'number' ? sum(e.value) : e.value) },
              ]}
            />
          </Panel>
          <Panel flush title={t('fees')}>
            <Table
              caption={t('fees')}
              rows={line.fees}
              keyOf={(_, i) => String(i)}
              columns={[
                { id: 't', label: t('rule'), card: 'title', cell: (f) => <span class="two"><span>{f.rule}</span><span class="dim small-text">{f.type}</span></span> },
                { id: 'b', label: t('base'), num: true, cell: (f) => sum(f.base) },
                { id: 'p', label: t('rate'), num: true, cell: (f) => (f.ratePpm ? rate(f.ratePpm) : f.fixed !== undefined ? sum(f.fixed) : '–') },
                { id: 'a', label: t('amount'), num: true, card: 'lead', cell: (f) => sum(f.amount) },
              ]}
            />
          </Panel>
        </div>
        <Panel title={t('about')}>
          <dl class="facts">
            <div><dt>{t('basisDate')}</dt><dd>{dayLong(line.basisDate, lang.value)}</dd></div>
            <div><dt>{t('payoutDate')}</dt><dd>{dayLong(line.payoutDate, lang.value)}</dd></div>
            {line.runDate && <div><dt>{t('run')}</dt><dd><a href={href(`/settlement/${line.runDate}`)}>{line.runDate}</a></dd></div>}
            {line.payoutId && <div><dt>{t('payout')}</dt><dd><a href={href(`/payouts/${line.payoutId}`)}><Id id={line.payoutId} /></a></dd></div>}
            <div><dt>{t('feeSupply')}</dt><dd>{sum(line.feeSupply)}</dd></div>
            <div><dt>{t('feeVat')}</dt><dd>{sum(line.feeVat)}</dd></div>
            <div><dt>{t('calendar')}</dt><dd>{line.calendar} {line.calendarVersion !== undefined && `v${line.calendarVersion}`}</dd></div>
            <div><dt>{t('calculator')}</dt><dd>{line.calculator} {line.canary && <span class="badge info">{t('canary')}</span>}</dd></div>
            {line.before && <div><dt>{t('mirrors')}</dt><dd><a href={href(`/settlement/lines/${line.before}`)}><Id id={line.before} /></a></dd></div>}
          </dl>
          {line.contract && <details class="raw"><summary>{t('contractThen')}</summary><pre tabIndex={0}>{JSON.stringify(line.contract, null, 2)}</pre></details>}
        </Panel>
      </div>
    </>
  );
}
