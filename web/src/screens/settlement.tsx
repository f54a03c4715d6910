// Settlement by day: which days ran and how, the plan of one, its run as it goes, what failed and why, running it
// again.
import { useEffect, useState } from 'preact/hooks';
import { addDays, count, dayLong, lasting } from '../base/format';
import { code, lang, t, wayOut } from '../base/i18n';
import * as w from '../base/words';
import { session } from '../base/api';
import { useAgain, useGet } from '../base/live';
import type { Amounts, List, Plan, Run, Trouble } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, Figures } from '../ui/act';
import { Chart } from '../ui/chart';
import { Badge, CurrencyChoice, Day, Facts, Failure, Fresh, Head, Loaded, Money, None, Panel, Said, Skeleton, Tabs, Time, chosenOf } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { Table } from '../ui/table';
import { Differences, Failures, RunLines } from './run_lists';
import { LineExport } from './settlement_lines';

const ROWS = 92; // of days in the table before somebody asks for more; the chart has all

const sumsOf = (a: Amounts): [string, preact.ComponentChildren, boolean?][] => [
  [t(w.lines), count(a.lines ?? a.count ?? 0)],
  [t(w.gross), <Money value={a.gross} currency={a.currency} />],
  [t(w.feeWithVat), <Money value={-a.fee} currency={a.currency} plain />],
  [t(w.netPaid), <Money value={a.net} currency={a.currency} />, true],
];

// ---- the days ----

function NetByDay({ days, currencies, of }: { days: string[]; currencies: string[]; of: (day: string) => Amounts | undefined }) {
  const rising = [...days].reverse();
  const currency = chosenOf(currencies);
  if (!currency) return null;
  return (
    <Panel title={t(w.netByDay)} aside={<CurrencyChoice of={currencies} chosen={currency} />}>
      <Chart label={t(w.netByDay)} at={rising.map((d) => Date.parse(`${d}T00:00:00+09:00`) / 1000)} series={[{ label: t(w.netPaid), values: rising.map((d) => of(d)?.net ?? null), color: '--c1', bars: true }]} currency={currency} bucketS={86_400} height={150} />
    </Panel>
  );
}

export function Settlement() {
  const period = periodOf(place.value.query, 30);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const got = useGet<List<Run>>(period.given ? `/v1/settlement/runs?from=${period.from}&until=${period.until}` : null, 5000);
  const runs = new Map((got.data?.items ?? []).map((r) => [r.date, r]));
  const days: string[] = [];
  for (let d = addDays(period.until, -1); d >= period.from; d = addDays(d, -1)) days.push(d);
  const [shown, setShown] = useState(ROWS);
  const currencies = [...new Set((got.data?.items ?? []).flatMap((r) => r.totals ?? []).map((a) => a.currency))].sort();
  const currency = chosenOf(currencies);
  const totalOf = (d: string) => runs.get(d)?.totals?.find((a) => a.currency === currency);
  const others = (d: string) => (runs.get(d)?.totals?.length ?? 0) - (totalOf(d) ? 1 : 0);
  const money = (d: string, pick: (a: Amounts) => number, plain = false) => {
    const a = totalOf(d);
    return a ? <Money value={pick(a)} currency={a.currency} plain={plain} /> : <None />;
  };
  return (
    <>
      <Head title={t(w.settlement)} sub={<Fresh seen={got.data?.seen} at={got.at} />} />
      <div class="filters"><PeriodPicker period={period} /></div>
      <Loaded got={got} rows={12}>
        {() => (
          <>
            <NetByDay days={days} currencies={currencies} of={totalOf} />
            <Table
              caption={t(w.settlement)}
              rows={days.slice(0, shown)}
              keyOf={(d) => d}
              hrefOf={(d) => href(`/settlement/${d}`)}
              columns={[
                { label: t(w.day), card: 'title', cell: (d) => <a href={href(`/settlement/${d}`)}><Day at={d} long /></a> },
                { label: t(w.state), wide: true, cell: (d) => <Badge kind="runState" value={runs.get(d)?.state ?? 'NEVER'} /> },
                { label: t(w.attempts), num: true, cell: (d) => runs.get(d)?.attempt ?? <None /> },
                { label: t(w.lines), num: true, cell: (d) => (runs.has(d) ? count(runs.get(d)?.progress.lines ?? 0) : <None />) },
                { label: t(w.failed), num: true, cell: (d) => { const n = runs.get(d)?.progress.failed ?? 0; return n > 0 ? <span class="badge bad">{count(n)}</span> : <None />; } },
                { label: t(w.gross), num: true, cell: (d) => money(d, (a) => a.gross) },
                { label: t(w.feeWithVat), num: true, cell: (d) => money(d, (a) => -a.fee, true) },
                { label: t(w.netPaid), num: true, card: 'lead', cell: (d) => <>{money(d, (a) => a.net)}{others(d) > 0 && <span class="dim"> +{others(d)}</span>}</> },
              ]}
            />
            {shown < days.length && <nav class="pages"><button type="button" onClick={() => setShown(shown + 4 * ROWS)}>{t(w.showMore, count(shown), count(days.length))}</button></nav>}
          </>
        )}
      </Loaded>
    </>
  );
}

// ---- one day ----

function Progress({ run }: { run: Run }) {
  const p = run.progress;
  const spent = run.startedAt ? Date.now() - Date.parse(run.startedAt) : 0;
  const left = p.done > 0 && p.done < p.total ? lasting((spent / p.done) * (p.total - p.done)) : '';
  return (
    <div class="job" role="status">
      {p.stage && code('stage', p.stage)} {p.total > 0 && <>{count(p.done)} / {count(p.total)} · {t(w.lines)} {count(p.lines)} · {t(w.failed)} {count(p.failed)}</>} {left !== '' && `· ${t(w.timeLeft, left)}`}
      <progress max={Math.max(1, p.total)} value={p.done} aria-label={t(w.runProgress)} />
    </div>
  );
}

function linesIn(totals: Amounts[] | undefined): number {
  return (totals ?? []).reduce((sum, a) => sum + (a.lines ?? 0), 0);
}

function RunPanel({ run, refresh }: { run: Run; refresh: () => void }) {
  const { state, date } = run;
  const path = `/v1/settlement/runs/${date}`;
  const ms = Math.round((run.wallUs ?? 0) / 1000);
  return (
    <Panel
      title={<>{t(w.run)} <Badge kind="runState" value={state} /></>}
      aside={
        state === 'RUNNING' ? <ActButton label={t(w.stop)} path={`${path}/stops`} what="stop" danger ask={<p>{t(w.stopMeans)}</p>} onDone={refresh} />
        : state === 'NEVER' || state === 'ADJUSTED' ? <ActButton<Run> label={t(w.runIt)} path="/v1/settlement/runs" body={{ date }} what="run" primary onDone={refresh} />
        : <ActButton<Run> label={t(w.rerun)} path={`${path}/reruns`} what="rerun" primary={state !== 'COMPLETED'} ask={<p>{t(w.rerunMeans)}</p>} onDone={refresh} />
      }
    >
      {(state === 'NEVER' || state === 'ADJUSTED') && <p class="dim">{t(w.neverRan)}</p>}
      {run.error && <p class="note">{t(w.runBroke)} <Said>{run.error}</Said></p>}
      {state === 'RUNNING' && <Progress run={run} />}
      {run.attempt !== undefined && (
        <Facts rows={[
          [t(w.attempts), run.attempt],
          [t(w.started), <><Time at={run.startedAt} zone /> {ms > 0 && <span class="dim">({ms < 1000 ? `${ms} ms` : lasting(ms)})</span>}</>],
          [t(w.linesBeforeAfter), run.after && <span class="tab">{count(linesIn(run.before))} + {count(linesIn(run.added))} = {count(linesIn(run.after))}</span>],
          [t(w.untouched), run.untouchedHash && <code title={run.untouchedHash}>{run.untouchedHash.slice(0, 16)}…</code>],
          [t(w.calculator), run.calculator],
          [t(w.promoted), run.promoted?.join(', ')],
        ]} />
      )}
    </Panel>
  );
}

/** What stands in the way, in words, with the server's own beside them. */
export function Troubles({ of }: { of: Trouble[] }) {
  return (
    <ul class="evidence">
      {of.map((p) => (
        <li key={p.code + p.detail}>
          <span class="badge warn">{count(p.count)}</span> <strong>{code('trouble', p.code)}</strong> {wayOut(p.code)} <Said>{p.detail}</Said>
        </li>
      ))}
    </ul>
  );
}

function PlanPanel({ plan }: { plan: Plan }) {
  return (
    <Panel title={t(w.plan)}>
      <p>
        {plan.items === 0 ? t(w.planIsNothing) : t(w.planIs, count(plan.items), count(plan.merchants))} {plan.late > 0 && <span class="badge warn">{t(w.lateItems, count(plan.late))}</span>}
      </p>
      {plan.totals.map((a) => <Figures key={a.currency} rows={sumsOf(a)} />)}
      {plan.problems.length > 0 && <Troubles of={plan.problems} />}
    </Panel>
  );
}

export function SettlementDay({ id: date }: { id: string }) {
  const operator = session.value?.role === 'OPERATOR';
  const tab = (operator && place.value.query.get('tab')) || 'lines';
  const [begun, setBegun] = useState(false);
  const run = useGet<Run>(operator ? `/v1/settlement/runs/${date}` : null, begun ? 200 : 3000);
  const state = run.data?.state;
  useEffect(() => setBegun(state === 'RUNNING'), [state]);
  const turn = `${state}${run.data?.attempt ?? 0}`;
  const [mine, setMine] = useState(false);
  const acted = () => {
    setMine(true);
    run.refresh();
  };
  const lists = { date, turn, mine };
  const plan = useGet<Plan>(operator && state !== undefined && state !== 'RUNNING' ? `/v1/settlement/plans/${date}` : null);
  useAgain(plan, state === undefined ? '' : turn);
  const ran = !operator || (state !== undefined && state !== 'NEVER');
  const around = (by: number) => <a href={href(`/settlement/${addDays(date, by)}`)}><Day at={addDays(date, by)} /></a>;
  return (
    <>
      <Head title={dayLong(date, lang.value)} sub={<>← {around(-1)} · {operator && <><a href={href('/settlement')}>{t(w.allDays)}</a> · </>}{around(1)} → · <Fresh seen={run.data?.seen} at={run.at} /></>}>
        {ran && <LineExport name={`settlement_${date}`} path={`/v1/settlement/runs/${date}/lines`} />}
      </Head>
      {run.problem && <Failure problem={run.problem} retry={run.refresh} />}
      {operator && !run.data && !run.problem && <Skeleton />}
      {run.data?.totals?.map((a) => <Figures key={a.currency} rows={sumsOf(a)} />)}
      {run.data && (
        <div class="split even">
          <RunPanel run={run.data} refresh={acted} />
          {plan.problem && <Failure problem={plan.problem} retry={plan.refresh} />}
          {plan.data ? <PlanPanel plan={plan.data} /> : !plan.problem && state !== 'RUNNING' && <Panel title={t(w.plan)}><Skeleton rows={4} /></Panel>}
        </div>
      )}
      {ran && operator && <Tabs current={tab} hrefOf={(one) => href(`/settlement/${date}`, { tab: one === 'lines' ? undefined : one })} tabs={[{ id: 'lines', label: t(w.lines) }, { id: 'failures', label: t(w.failed), count: run.data?.progress.failed }, { id: 'differences', label: t(w.canaryDifferences) }]} />}
      {ran && tab === 'lines' && <RunLines {...lists} />}
      {ran && tab === 'failures' && <Failures {...lists} />}
      {ran && tab === 'differences' && <Differences {...lists} />}
    </>
  );
}
