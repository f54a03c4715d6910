// The totals explorer: a cube, a grain, what to split by; as it is now, as it was known at the close of a day, or
// the difference of the two. Chart and table show the same numbers.
import { session } from '../base/api';
import { Plain } from '../base/csv';
import { addDays, bucketText, count, decimal, isDay } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Cube, Totals, TotalsRow } from '../base/types';
import { listOf, place, setQuery } from '../base/url';
import { BOM, csvLine, csvRow, download } from '../base/csv';
import { Chart, type Series } from '../ui/chart';
import { merchantName } from '../ui/merchants';
import { LiveTable } from '../ui/held';
import { CurrencyChoice, Empty, Failure, Field, Fresh, Head, Money, Panel, Skeleton, chosenOf, today } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { SavedViews } from '../ui/saved';
import type { Column } from '../ui/table';

const GRAINS = ['minute', 'hour', 'day', 'month', 'year'];
const GRAIN_S: Record<string, number> = { minute: 60, hour: 3600, day: 86_400, month: 28 * 86_400, year: 365 * 86_400 };
const COLORS = ['--c1', '--c2', '--c3', '--c4', '--c6', '--c5'];
type Measure = 'netAmount' | 'grossAmount' | 'canceledAmount' | 'count';
const MEASURES: [Measure, w.Word][] = [['netAmount', w.net], ['grossAmount', w.gross], ['canceledAmount', w.canceled], ['count', w.count]];

/** Where a bucket of Seoul begins, in seconds. */
function startOf(bucket: string): number {
  const whole = bucket.length === 4 ? `${bucket}-01-01T00:00` : bucket.length === 7 ? `${bucket}-01T00:00` : bucket.length === 10 ? `${bucket}T00:00` : bucket.length === 13 ? `${bucket}:00` : bucket;
  return Date.parse(`${whole}:00+09:00`) / 1000;
}

function groupName(row: TotalsRow, by: string): string {
  if (by === 'merchant') return merchantName(row.merchantId, row.merchantCode);
  if (by === 'organisation') return row.organisation || '–';
  const value = row[by as 'method' | 'status' | 'kind' | 'channel' | 'issuer'];
  return code(by as 'method', value);
}

const rowKey = (r: TotalsRow) => [r.bucket, r.merchantId, r.organisation, r.method, r.status, r.kind, r.channel, r.issuer, r.currency].join('|');

const POINTS_MAX = 3000;

/** Every bucket from the first to the last: one without a row is zero, not a line drawn past it. */
function bucketsOf(found: number[], stepS: number): number[] {
  const rising = [...new Set(found)].sort((a, b) => a - b);
  const first = rising[0] ?? 0;
  const last = rising[rising.length - 1] ?? 0;
  const steps = (last - first) / stepS;
  return stepS > 86_400 || steps > POINTS_MAX ? rising : Array.from({ length: steps + 1 }, (_, i) => first + i * stepS);
}

function seriesOf(rows: TotalsRow[], groups: string[], measure: Measure, currency: string, stepS: number): { at: number[]; series: Series[]; left: number } {
  const mine = rows.filter((r) => r.currency === currency && r.bucket);
  const at = mine.length === 0 ? [] : bucketsOf(mine.map((r) => startOf(r.bucket ?? '')), stepS);
  const place = new Map(at.map((s, i) => [s, i]));
  const named = new Map<string, number[]>();
  for (const row of mine) {
    const name = groups.map((by) => groupName(row, by)).join(' · ') || t(w.total);
    const values = named.get(name) ?? at.map(() => 0);
    const i = place.get(startOf(row.bucket ?? '')) ?? 0;
    values[i] = (values[i] ?? 0) + Number(row[measure]); // beyond 2^53 a text, and drawn is near enough
    named.set(name, values);
  }
  const weight = (values: number[]) => values.reduce((sum, v) => sum + Math.abs(v), 0);
  const largest = [...named].sort((a, b) => weight(b[1]) - weight(a[1]));
  const shown = largest.slice(0, COLORS.length);
  return {
    at,
    series: shown.map(([label, values], i) => ({ label, values, color: COLORS[i] ?? '--c5', bars: groups.length === 0 })),
    left: largest.length - shown.length,
  };
}

function rounded(cube: Cube, from: string, until: string): [string, string] {
  if (cube.grain === 'year') return [`${from.slice(0, 4)}-01-01`, `${Number(addDays(until, -1).slice(0, 4)) + 1}-01-01`];
  if (cube.grain !== 'month') return [from, until];
  const next = addDays(`${addDays(until, -1).slice(0, 8)}28`, 4);
  return [`${from.slice(0, 8)}01`, `${next.slice(0, 8)}01`];
}

function Controls({ cube, cubes, grain, groups, mode, asOf, measure }: { cube: Cube; cubes: Cube[]; grain: string; groups: string[]; mode: string; asOf: string; measure: Measure }) {
  const can = [...(cube.key === 'none' ? [] : [cube.key]), ...cube.dimensions.filter((d) => d !== 'currency')];
  const toggle = (by: string, on: boolean) => setQuery({ groupBy: can.filter((d) => (d === by ? on : groups.includes(d))).join(',') });
  return (
    <div class="filter-row open">
      <Field label={t(w.cube)}>
        {(id) => (
          <select id={id} value={cube.name} onChange={(e) => setQuery({ cube: e.currentTarget.value, groupBy: undefined, by: undefined, mode: undefined })}>
            {cubes.map((c) => <option key={c.name} value={c.name}>{c.name}</option>)}
          </select>
        )}
      </Field>
      <Field label={t(w.grain)}>
        {(id) => (
          <select id={id} value={grain} onChange={(e) => setQuery({ by: e.currentTarget.value })}>
            {GRAINS.slice(GRAINS.indexOf(cube.grain)).map((g) => <option key={g} value={g}>{code('grain', g)}</option>)}
            <option value="none">{t(w.wholePeriod)}</option>
          </select>
        )}
      </Field>
      <Field label={t(w.measure)}>
        {(id) => (
          <select id={id} value={measure} onChange={(e) => setQuery({ measure: e.currentTarget.value })}>
            {MEASURES.map(([value, word]) => <option key={value} value={value}>{t(word)}</option>)}
          </select>
        )}
      </Field>
      {cube.history && (
        <>
          <Field label={t(w.seenAs)}>
            {(id) => (
              <select id={id} value={mode} onChange={(e) => setQuery({ mode: e.currentTarget.value === 'now' ? undefined : e.currentTarget.value, asOf: e.currentTarget.value === 'now' ? undefined : asOf })}>
                <option value="now">{t(w.asNow)}</option>
                <option value="close">{t(w.asOfClose)}</option>
                <option value="difference">{t(w.asDifference)}</option>
              </select>
            )}
          </Field>
          {mode !== 'now' && <Field label={t(w.closeOf)}>{(id) => <input id={id} type="date" value={asOf} onChange={(e) => isDay(e.currentTarget.value) && setQuery({ asOf: e.currentTarget.value })} />}</Field>}
        </>
      )}
      <fieldset class="groups">
        <legend>{t(w.splitBy)}</legend>
        {can.map((by) => (
          <label key={by} class="check">
            <input type="checkbox" checked={groups.includes(by)} onChange={(e) => toggle(by, e.currentTarget.checked)} />
            {code('dimension', by)}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

export function TotalsScreen() {
  const query = place.value.query;
  const period = periodOf(query, 30);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const known = useGet<{ cubes: Cube[] }>('/v1/totals');
  const cubes = known.data?.cubes ?? [];
  const cube = cubes.find((c) => c.name === query.get('cube')) ?? cubes.find((c) => c.name === (session.value?.role === 'OPERATOR' ? 'payments_day' : 'merchant_day')) ?? cubes.find((c) => c.name === 'merchant_day') ?? cubes[0];
  const groups = listOf(query, 'groupBy');
  const wanted = query.get('by') ?? '';
  const grain = wanted !== '' ? wanted : (cube?.grain ?? 'day');
  const mode = query.get('mode') ?? 'now';
  const asOf = isDay(query.get('asOf')) ? (query.get('asOf') ?? '') : addDays(today(), -1);
  const measure = MEASURES.find(([m]) => m === query.get('measure'))?.[0] ?? 'netAmount';

  let path: string | null = null;
  if (cube && period.given) {
    const [from, until] = rounded(cube, period.from, period.until);
    const asked = new URLSearchParams({ from, until });
    if (grain !== 'none') asked.set('by', grain);
    if (groups.length > 0) asked.set('groupBy', groups.join(','));
    if (mode !== 'now' && cube.history) asked.set('asOf', asOf);
    if (mode === 'difference' && cube.history) asked.set('difference', 'true');
    path = `/v1/totals/${cube.name}?${asked}`;
  }
  const got = useGet<Totals>(path, mode === 'now' ? 15_000 : 0);
  const rows = (got.data?.rows ?? []).slice().sort((a, b) => (b.bucket ?? '').localeCompare(a.bucket ?? ''));
  const currencies = [...new Set(rows.map((r) => r.currency))].sort();
  const currency = chosenOf(currencies) ?? 'KRW';
  const drawn = seriesOf(rows, groups, measure, currency, GRAIN_S[grain] ?? 86_400);
  const columns: Column<TotalsRow>[] = [
    ...(grain !== 'none' ? [{ id: 'bucket', label: code('grain', grain), zone: grain === 'hour' || grain === 'minute', card: 'title' as const, cell: (r: TotalsRow) => <time dateTime={r.bucket} title={r.bucket}>{bucketText(r.bucket ?? '', lang.value)}</time> }] : []),
    ...groups.map((by) => ({ id: by, label: code('dimension', by), ...(grain === 'none' ? { card: 'title' as const } : {}), cell: (r: TotalsRow) => groupName(r, by) })),
    { label: t(w.count), num: true, cell: (r) => count(r.count) },
    { label: t(w.gross), num: true, cell: (r) => <Money value={r.grossAmount} currency={r.currency} /> },
    { label: t(w.canceled), num: true, cell: (r) => <Money value={r.canceledAmount} currency={r.currency} /> },
    { label: t(w.net), num: true, card: 'lead', cell: (r) => <Money value={r.netAmount} currency={r.currency} /> },
  ];
  const save = () => {
    const head = [...(grain !== 'none' ? [grain] : []), ...groups, 'currency', 'count', 'gross', 'canceled', 'net'];
    const lines = rows.map((r) => csvLine([...(grain !== 'none' ? [r.bucket] : []), ...groups.map((by) => groupName(r, by)), r.currency, r.count, ...[r.grossAmount, r.canceledAmount, r.netAmount].map((a) => new Plain(decimal(a, r.currency, false)))]));
    download(`totals_${cube?.name}_${period.from}_${addDays(period.until, -1)}.csv`, [BOM, csvRow(head), ...lines]);
  };
  const sums = currencies.map((c) => ({ c, rows: rows.filter((r) => r.currency === c) }));
  const sum = (of: TotalsRow[], m: Measure) => of.reduce((s, r) => s + BigInt(r[m]), 0n);
  return (
    <>
      <Head title={t(w.totals)} sub={<Fresh seen={got.data?.seen} at={got.at} />}>
        <SavedViews />
        <button type="button" data-key="e" disabled={rows.length === 0} onClick={save}>CSV</button>
      </Head>
      <div class="filters">
        <PeriodPicker period={period} />
        {cube && <Controls cube={cube} cubes={cubes} grain={grain} groups={groups} mode={mode} asOf={asOf} measure={measure} />}
      </div>
      {known.problem && <Failure problem={known.problem} retry={known.refresh} />}
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton rows={8} />}
      {got.data && !got.problem && rows.length === 0 && !got.isLoading && <Empty title={mode === 'difference' ? t(w.noDifference) : t(w.noTotals)}>{mode === 'difference' ? t(w.noDifferenceMore) : t(w.nothingInPeriod)}</Empty>}
      {rows.length > 0 && (
        <div class={got.isStale ? 'stale' : undefined}>
          {sums.map(({ c, rows: of }) => (
            <dl class="sums" key={c}>
              <div><dt>{t(w.count)}</dt><dd>{count(sum(of, 'count'))}</dd></div>
              {MEASURES.slice(0, 3).map(([m, word]) => <div key={m} class={m === 'netAmount' ? 'strong' : undefined}><dt>{t(word)}</dt><dd><Money value={sum(of, m)} currency={c} /></dd></div>)}
            </dl>
          ))}
          {grain !== 'none' && (
            <Panel title={t(MEASURES.find(([m]) => m === measure)?.[1] ?? w.net)} aside={<><span class="dim small-text">{drawn.left > 0 && t(w.moreGroups, drawn.left)}</span><CurrencyChoice of={currencies} chosen={currency} /></>}>
              <Chart label={t(w.totals)} at={drawn.at} series={drawn.series} currency={measure === 'count' ? undefined : currency} bucketS={GRAIN_S[grain] ?? 86_400} height={240} />
            </Panel>
          )}
          <LiveTable of={got.turn} caption={t(w.totals)} rows={rows} keyOf={rowKey} columns={columns} />
        </div>
      )}
    </>
  );
}
