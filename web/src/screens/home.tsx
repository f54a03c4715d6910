// Today, live: how much, against the same day a week ago, by the minute and by the hour; what needs somebody;
// the newest payments.
import { session } from '../base/api';
import { addDays, count, dayLong } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import { useReady } from '../base/ready';
import type { Run } from '../base/money_types';
import type { PaymentPage, SalesToday, Sums, Totals, View } from '../base/types';
import { href } from '../base/url';
import { Chart, chartHeight } from '../ui/chart';
import { CurrencyChoice, Empty, Failure, Fresh, Head, Money, None, Panel, Skeleton, Status, Time, chosenOf, today, toneOf } from '../ui/parts';
import { type Column, Table } from '../ui/table';
import { merchantName } from '../ui/merchants';
import { Pill, useHeld } from '../ui/held';

const LIVE_MS = 3000;
const MINUTES = 60;
const COUNTED_MAX = 1000; // what waits is counted so far

type Counted = { count: number };

function Kpi({ label, children, note }: { label: string; children: preact.ComponentChildren; note?: preact.ComponentChildren }) {
  return (
    <div class="kpi">
      <dt>{label}</dt>
      <dd>
        {children}
        {note !== undefined && <span class="kpi-note">{note}</span>}
      </dd>
    </div>
  );
}

/** Of whole hours only, so that two days are compared alike. */
function Against({ now, then }: { now: number; then: number }) {
  if (then === 0) return <>{t(w.noWeekAgo)}</>;
  const tenths = Math.round(((now - then) / then) * 1000);
  const text = `${tenths >= 0 ? '+' : '-'}${Math.floor(Math.abs(tenths) / 10)}.${Math.abs(tenths) % 10} %`;
  return <span title={t(w.againstHint)}>{t(w.against, text)}</span>;
}

function hourOf(bucket: string): number {
  return Number(bucket.slice(11, 13));
}

function HourChart({ sales, before, currency }: { sales: SalesToday; before: Totals | undefined; currency: string }) {
  const start = Date.parse(`${sales.businessDate}T00:00:00+09:00`) / 1000;
  const at = Array.from({ length: 24 }, (_, h) => start + h * 3600);
  const now = Array.from({ length: 24 }, () => null as number | null);
  const then = Array.from({ length: 24 }, () => null as number | null);
  for (const row of sales.hours) if (row.currency === currency) now[hourOf(row.hour)] = Number(row.netAmount);
  for (const row of before?.rows ?? []) if (row.currency === currency && row.bucket) then[hourOf(row.bucket)] = Number(row.netAmount);
  const series = [{ label: t(w.today), values: now, color: '--c1', bars: true }];
  const all = before ? [...series, { label: t(w.weekAgo), values: then, color: '--c2', bars: false }] : series;
  return (
    <>
      <Chart label={t(w.netByHour)} at={at} series={all} currency={currency} bucketS={3600} />
      <Twin title={t(w.netByHour)} rows={sales.hours.filter((h) => h.currency === currency)} first={{ label: t(w.hour), cell: (h) => `${h.hour.slice(11)}:00` }} />
    </>
  );
}

/** A chart's numbers for whoever can't see it. */
function Twin<Row extends Sums>({ title, rows, first }: { title: string; rows: Row[]; first: Column<Row> }) {
  return (
    <details class="twin">
      <summary>{t(w.asTable)}</summary>
      <Table caption={title} rows={rows} keyOf={(_, i) => String(i)} columns={[first, ...sumColumns()]} />
    </details>
  );
}

function sumColumns(): Column<Sums>[] {
  return [
    { label: t(w.count), num: true, cell: (r) => count(r.count) },
    { label: t(w.gross), num: true, cell: (r) => <Money value={r.grossAmount} currency={r.currency} /> },
    { label: t(w.canceled), num: true, cell: (r) => <Money value={r.canceledAmount} currency={r.currency} /> },
    { label: t(w.net), num: true, cell: (r) => <Money value={r.netAmount} currency={r.currency} /> },
  ];
}

const MINUTE_HEIGHT = 150;
const TWIN_HEIGHT = 30;

/** A chart's place until its numbers come. */
const Coming = ({ height }: { height?: number }) => <Skeleton height={chartHeight(height) + TWIN_HEIGHT} />;

function MinuteChart({ sales, currency }: { sales: SalesToday; currency: string }) {
  const minute = Math.floor(Date.now() / 60_000) * 60;
  const rows = (sales.minutes ?? []).filter((m) => m.currency === currency);
  const at = Array.from({ length: MINUTES }, (_, i) => minute - (MINUTES - 1 - i) * 60);
  const counts = new Map(rows.map((m) => [Date.parse(`${m.minute}:00+09:00`) / 1000, m.count]));
  const midnight = Date.parse(`${sales.businessDate}T00:00:00+09:00`) / 1000;
  const values = at.map((s) => (s < midnight ? null : (counts.get(s) ?? 0)));
  return (
    <>
      <Chart label={t(w.byMinute)} at={at} series={[{ label: t(w.count), values, color: '--c1', bars: true }]} bucketS={60} height={MINUTE_HEIGHT} />
      <Twin title={t(w.byMinute)} rows={rows} first={{ label: t(w.minute), cell: (m) => m.minute.slice(11) }} />
    </>
  );
}

type Tone = 'good' | 'warn' | 'bad' | 'info' | 'dim';

function Health() {
  const yesterday = addDays(today(), -1);
  const views = useGet<{ views: View[] }>('/v1/views', LIVE_MS);
  const ready = useReady(10_000);
  const person = useGet<Counted>('/v1/in-doubt?waiting=person&count=true&limit=1', 10_000);
  const asked = useGet<Counted>('/v1/in-doubt?waiting=resolver&count=true&limit=1', 10_000);
  const run = useGet<Run>(`/v1/settlement/runs/${yesterday}`, 10_000);
  const changes = useGet<Counted>('/v1/changes?status=PROPOSED&count=true&limit=1', 10_000);
  const behind = (views.data?.views ?? []).reduce((most, v) => Math.max(most, v.lagEvents), 0);
  const quarantined = (views.data?.views ?? []).reduce((sum, v) => sum + v.quarantined, 0);
  const state = run.data?.state;
  const many = (n: number | undefined) => (n === undefined ? '–' : `${count(n)}${n === COUNTED_MAX ? '+' : ''}`);
  const [open, here, out] = [changes, person, asked].map((got) => got.data?.count);
  const rows: [string, string, string, Tone][] = [
    [t(w.ledger), ready.text, '/operations?tab=books', ready.isGood ? 'good' : 'bad'],
    [t(w.views), views.data ? (behind === 0 ? t(w.upToDate) : t(w.eventsBehind, count(behind))) : '–', '/operations', views.data?.views.every((v) => v.state === 'live') ? 'good' : 'bad'],
    [t(w.dayBefore), code('runState', state), `/settlement/${yesterday}`, state === 'NEVER' ? 'warn' : toneOf(state)],
    [t(w.changesWaiting), many(open), '/contracts?tab=changes', open ? 'info' : 'good'],
    [t(w.waitingForPerson), many(here), '/in-doubt?waiting=person', here ? 'bad' : 'good'],
    [t(w.beingAsked), many(out), '/in-doubt?waiting=resolver', out ? 'warn' : 'good'],
    [t(w.quarantine), count(quarantined), '/operations?tab=quarantine', quarantined > 0 ? 'bad' : 'good'],
  ];
  return (
    <Panel title={t(w.attention)}>
      <ul class="health">
        {rows.map(([label, value, to, tone]) => (
          <li key={label}>
            <a href={`/console${to}`}>{label}</a>
            <span class={`badge ${tone}`}>{value}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Newest() {
  const day = today();
  const got = useGet<PaymentPage>(`/v1/payments?from=${day}&until=${addDays(day, 1)}&limit=10&totals=false`, LIVE_MS);
  const held = useHeld(got.turn, got.data?.payments, (p) => p.id);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  const operator = session.value?.role === 'OPERATOR';
  return (
    <Panel flush title={t(w.newest)} aside={held.waiting > 0 ? <Pill of={held} /> : <a href={href('/payments')}>{t(w.allPayments)}</a>}>
      {!got.data ? (
        <Skeleton />
      ) : held.rows.length === 0 ? (
        <Empty title={t(w.nothingToday)}>{t(w.comesByItself)} <a href={href('/payments')}>{t(w.allPayments)}</a></Empty>
      ) : (
        <div class="live"><Table
          caption={t(w.newest)}
          rows={held.rows}
          keyOf={(p) => p.id}
          hrefOf={(p) => href(`/payments/${p.id}`)}
          isNew={held.isNew}
          columns={[
            { label: t(w.time), zone: true, cell: (p) => <a href={href(`/payments/${p.id}`)}><Time at={p.requestedAt} /></a> },
            { label: t(w.order), wide: true, card: 'title', cell: (p) => <>{p.orderName ?? p.orderId} <span class="dim">{p.buyerName}</span></> },
            ...(operator ? [{ label: t(w.merchant), clip: true, cell: (p: { merchantId: string; merchantCode?: string }) => merchantName(p.merchantId, p.merchantCode) }] : []),
            { label: t(w.status), cell: (p) => <Status value={p.status} inDoubt={p.inDoubt} /> },
            { label: t(w.amount), num: true, card: 'lead', cell: (p) => <Money value={p.totalAmount} currency={p.currency} /> },
          ]}
        /></div>
      )}
    </Panel>
  );
}

const NOTHING: Sums = { currency: 'KRW', count: 0, grossAmount: 0, canceledAmount: 0, netAmount: 0 };

export function Home() {
  const operator = session.value?.role === 'OPERATOR';
  const sales = useGet<SalesToday>(`/v1/sales/today?minutes=${MINUTES}`, LIVE_MS);
  const day = sales.data?.businessDate ?? today();
  const weekAgo = addDays(day, -7);
  const before = useGet<Totals>(operator ? `/v1/totals/sales_hour?from=${weekAgo}&until=${addDays(weekAgo, 1)}&by=hour` : null, 600_000);
  const hour = Number(new Date(Date.now() + 9 * 3_600_000).toISOString().slice(11, 13));
  const upTo = (rows: (Sums & { bucket?: string; hour?: string })[] | undefined, currency: string, pick: (r: Sums) => number) =>
    (rows ?? []).filter((r) => r.currency === currency && hourOf(r.bucket ?? r.hour ?? '') < hour).reduce((sum, r) => sum + Number(pick(r)), 0); // beyond 2^53 a sum is a text
  const totals = sales.data?.totals.length ? sales.data.totals : [NOTHING];
  const currencies = totals.map((s) => s.currency);
  const currency = chosenOf(currencies) ?? NOTHING.currency;
  // Its place is kept while the week ago is on its way.
  const against = (s: Sums, pick: (r: Sums) => number) =>
    operator ? (before.data && <Against now={upTo(sales.data?.hours, s.currency, pick)} then={upTo(before.data.rows, s.currency, pick)} />) ?? '' : undefined;
  const amount = (s: Sums, value: number) => (sales.data ? <Money value={value} currency={s.currency} /> : <None />);
  return (
    <>
      <Head title={t(w.homeTitle)} sub={<>{dayLong(day, lang.value)} · <Fresh seen={sales.data?.seen} at={sales.at} /></>} />
      {sales.problem && <Failure problem={sales.problem} retry={sales.refresh} />}
      {totals.map((s) => (
        <dl class="kpis" key={s.currency}>
          <Kpi label={t(w.netToday)} note={against(s, (r) => r.netAmount)}>{amount(s, s.netAmount)}</Kpi>
          <Kpi label={t(w.gross)}>{amount(s, s.grossAmount)}</Kpi>
          <Kpi label={t(w.canceled)}>{amount(s, s.canceledAmount)}</Kpi>
          <Kpi label={t(w.count)} note={against(s, (r) => r.count)}>{sales.data ? count(s.count) : <None />}</Kpi>
        </dl>
      ))}
      <div class={operator ? 'split' : undefined}>
        <div class="stack">
          <Panel title={t(w.netByHour)} aside={<CurrencyChoice of={currencies} chosen={currency} />}>
            {sales.data ? <HourChart sales={sales.data} before={before.data} currency={currency} /> : <Coming />}
          </Panel>
          <Panel title={t(w.byMinute)} aside={<span class="dim small-text">{currencies.length > 1 && `${currency} · `}{t(w.lastHour)}</span>}>
            {sales.data ? <MinuteChart sales={sales.data} currency={currency} /> : <Coming height={MINUTE_HEIGHT} />}
          </Panel>
        </div>
        {operator && <Health />}
      </div>
      <Newest />
    </>
  );
}
