// The list: filters and sort in the address, exact totals of what the filters let through, pages by cursor,
// everything filtered as a file. New payments wait behind a button, so the reader's place stays.
import { useState } from 'preact/hooks';
import { session } from '../base/api';
import { Plain } from '../base/csv';
import { addDays, count, decimal, money, parseAmount, timeSeoul } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { type Got, useGet } from '../base/live';
import type { PaymentItem, PaymentPage } from '../base/types';
import { href, listOf, place, setQuery } from '../base/url';
import { ExportButton } from '../ui/export';
import { LiveTable } from '../ui/held';
import { MerchantField } from '../ui/merchant_field';
import { merchantName } from '../ui/merchants';
import { Empty, Failure, Field, Fresh, Head, Menu, Money, Skeleton, Status, Time, today } from '../ui/parts';
import { type Period, PeriodPicker, periodOf, periodText } from '../ui/period';
import { SavedViews } from '../ui/saved';
import type { Column } from '../ui/table';

const STATUSES = ['DONE', 'PARTIAL_CANCELED', 'CANCELED', 'WAITING_FOR_DEPOSIT', 'IN_PROGRESS', 'READY', 'ABORTED', 'EXPIRED'];
const METHODS = ['CARD', 'EASY_PAY', 'TRANSFER', 'VIRTUAL_ACCOUNT', 'MOBILE_PHONE', 'GIFT_CERTIFICATE', 'POINT', 'COUPON', 'DEPOSIT_CUP'];
const FILTERS = { status: w.status, method: w.method, issuer: w.issuer, merchantId: w.merchantId, amountMin: w.amountMin, amountMax: w.amountMax, contains: w.contains };
const NAMES = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
const PAGE = 50;
const LIVE_MS = 4000;
const TOTALS_MS = 15_000;
const RESET = { after: undefined, page: undefined };

/** The question of the API: what stands in the address and nothing else. */
function question(query: URLSearchParams, period: Period): URLSearchParams {
  const out = new URLSearchParams({ from: period.from, until: period.until });
  for (const name of NAMES) {
    const value = query.get(name);
    if (value) out.set(name, value);
  }
  const sort = query.get('sort');
  if (sort) out.set('sort', sort);
  return out;
}

// ---- columns ----

interface PaymentColumn extends Column<PaymentItem> {
  id: string;
  always?: boolean;
  otherwise?: boolean; // not shown unless chosen
  operator?: boolean;
}

function columns(query: URLSearchParams): PaymentColumn[] {
  const sort = query.get('sort') ?? 'newest';
  const sorting = (up: string, down: string) => ({
    state: sort === up ? ('ascending' as const) : sort === down ? ('descending' as const) : ('none' as const),
    toggle: () => setQuery({ sort: sort === down ? up : down, ...RESET }),
  });
  const link = (p: PaymentItem) => href(`/payments/${p.id}`);
  return [
    { id: 'at', label: t(w.time), zone: true, always: true, sort: sorting('oldest', 'newest'), cell: (p) => <a href={link(p)}><Time at={p.requestedAt} /></a> },
    { id: 'status', label: t(w.status), cell: (p) => <Status value={p.status} inDoubt={p.inDoubt} /> },
    { id: 'name', label: t(w.order), wide: true, card: 'title', cell: (p) => <span class="two"><span>{p.orderName ?? '–'}</span><span class="dim small-text">{p.orderId}</span></span> },
    { id: 'buyer', label: t(w.buyer), clip: true, cell: (p) => p.buyerName ?? <span class="dim none">–</span> },
    { id: 'merchant', label: t(w.merchant), clip: true, operator: true, cell: (p) => merchantName(p.merchantId, p.merchantCode) },
    { id: 'method', label: t(w.method), cell: (p) => <span class="two"><span>{code('method', p.method)}</span>{p.issuer && <span class="dim small-text">{code('issuer', p.issuer)}{p.cardLast4 && ` ${p.cardLast4}`}</span>}</span> },
    { id: 'approveNo', label: t(w.approveNo), otherwise: true, cell: (p) => <span class="tab">{p.approveNo ?? '–'}</span> },
    { id: 'channel', label: t(w.channel), otherwise: true, cell: (p) => code('channel', p.channel) },
    { id: 'amount', label: t(w.amount), always: true, num: true, card: 'lead', sort: sorting('smallest', 'largest'), cell: (p) => <Money value={p.totalAmount} currency={p.currency} /> },
    { id: 'canceled', label: t(w.canceled), num: true, cell: (p) => (p.canceledAmount ? <Money value={-p.canceledAmount} currency={p.currency} /> : <span class="dim none">–</span>) },
    { id: 'balance', label: t(w.balance), num: true, otherwise: true, cell: (p) => <Money value={p.balanceAmount} currency={p.currency} /> },
    { id: 'updated', label: t(w.updated), zone: true, otherwise: true, cell: (p) => <Time at={p.updatedAt} /> },
  ];
}

function shownOf(all: PaymentColumn[], query: URLSearchParams): PaymentColumn[] {
  const chosen = listOf(query, 'cols');
  return all.filter((c) => c.always || (chosen.length > 0 ? chosen.includes(c.id) : !c.otherwise));
}

function ColumnMenu({ all, shown }: { all: PaymentColumn[]; shown: PaymentColumn[] }) {
  const toggle = (id: string, on: boolean) => {
    const ids = new Set(shown.map((c) => c.id));
    if (on) ids.add(id);
    else ids.delete(id);
    setQuery({ cols: all.filter((c) => ids.has(c.id)).map((c) => c.id).join(',') }, { replace: true });
  };
  return (
    <Menu label={t(w.columns)}>
      {all.filter((c) => !c.always).map((c) => (
        <label key={c.id} class="check">
          <input type="checkbox" checked={shown.includes(c)} onChange={(e) => toggle(c.id, e.currentTarget.checked)} />
          {c.label}
        </label>
      ))}
    </Menu>
  );
}

// ---- filters ----

function Choice({ name, label, values, kind }: { name: string; label: string; values: string[]; kind: 'status' | 'method' }) {
  const chosen = listOf(place.value.query, name);
  const toggle = (value: string, on: boolean) => {
    const next = values.filter((v) => (v === value ? on : chosen.includes(v)));
    setQuery({ [name]: next.join(','), ...RESET });
  };
  return (
    <Menu label={<>{label}{chosen.length > 0 && <span class="count">{chosen.length}</span>}</>}>
      {values.map((value) => (
        <label key={value} class="check">
          <input type="checkbox" checked={chosen.includes(value)} onChange={(e) => toggle(value, e.currentTarget.checked)} />
          {code(kind, value)}
        </label>
      ))}
    </Menu>
  );
}

/** Of the currency that is chosen, or the only one there is: "10.50" is another number of minor units in each. */
function AmountFilter({ query, currencies }: { query: URLSearchParams; currencies: string[] }) {
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const chosen = query.get('currency') ?? '';
  const currency = chosen || (currencies.length > 1 ? '' : (currencies[0] ?? 'KRW'));
  const choices = [...new Set([...currencies, chosen])].filter((one) => one !== '').sort();
  const set = (name: string) => (e: Event) => {
    const text = (e.currentTarget as HTMLInputElement).value.trim();
    const amount = currency === '' ? undefined : parseAmount(text, currency);
    const why = text === '' || amount !== undefined ? '' : currency === '' ? t(w.sayCurrency) : t(w.noAmountOf, currency, decimal(1_050_000, currency));
    setWrong({ ...wrong, [name]: why });
    if (why === '') setQuery({ [name]: text === '' ? undefined : String(amount), currency, ...RESET });
  };
  const shown = (value: string | null) => (value ? (currency ? decimal(value, currency) : count(value)) : '');
  return (
    <>
      {choices.length > 1 && (
        <Field label={t(w.currency)}>
          {(id) => (
            <select id={id} value={chosen} onChange={(e) => setQuery({ currency: e.currentTarget.value, amountMin: undefined, amountMax: undefined, ...RESET })}>
              <option value="">–</option>
              {choices.map((one) => <option key={one} value={one}>{one}</option>)}
            </select>
          )}
        </Field>
      )}
      {(['amountMin', 'amountMax'] as const).map((name) => (
        <Field key={name} label={t(FILTERS[name])} error={wrong[name]}>
          {(id, by) => <input id={id} class="num short" aria-describedby={wrong[name] ? by : undefined} aria-invalid={Boolean(wrong[name])} inputMode="decimal" value={shown(query.get(name))} onChange={set(name)} />}
        </Field>
      ))}
    </>
  );
}

function ContainsFilter({ query }: { query: URLSearchParams }) {
  const value = query.get('contains') ?? '';
  return (
    <Field label={t(w.contains)}>
      {(id) => <input id={id} type="search" value={value} placeholder={t(w.containsHint)} maxLength={100} onChange={(e) => setQuery({ contains: e.currentTarget.value.trim(), ...RESET })} />}
    </Field>
  );
}

function Chips({ query }: { query: URLSearchParams }) {
  const currency = query.get('currency');
  const amount = (v: string) => (currency ? money(v, currency, lang.value) : count(v));
  const words: Record<string, (v: string) => string> = {
    status: (v) => v.split(',').map((s) => code('status', s)).join(', '),
    method: (v) => v.split(',').map((s) => code('method', s)).join(', '),
    merchantId: (v) => merchantName(v),
    amountMin: amount,
    amountMax: amount,
  };
  const set = NAMES.filter((name) => query.get(name));
  if (set.length === 0) return null;
  return (
    <ul class="chips" aria-label={t(w.filters)}>
      {set.map((name) => (
        <li key={name}>
          <span class="dim">{t(FILTERS[name])}</span> {(words[name] ?? String)(query.get(name) ?? '')}
          <button type="button" class="quiet" aria-label={`${t(w.remove)}: ${t(FILTERS[name])}`} onClick={() => setQuery({ [name]: undefined, ...RESET })}>✕</button>
        </li>
      ))}
      <li class="chip-all">
        <button type="button" class="link" onClick={() => setQuery({ ...Object.fromEntries(NAMES.map((f) => [f, undefined])), currency: undefined, ...RESET })}>{t(w.clearAll)}</button>
      </li>
    </ul>
  );
}

// ---- totals, table, pages ----

function sumsOf(asked: URLSearchParams): string {
  const query = new URLSearchParams(asked);
  query.delete('sort');
  query.set('limit', '1');
  return `/v1/payments?${query}`;
}

/** Until the sums come, their places: a strip for each currency of the rows that are there. */
function TotalsStrip({ got, currencies }: { got: Got<PaymentPage>; currencies: string[] }) {
  const totals = got.data?.totals;
  if (got.problem && !got.data) return null; // the list says the same
  if (got.data?.totalsRefused) {
    return <p class="note">{t(w.totalsRefused, count(got.data.totalsRefused.ceiling))}</p>;
  }
  const rows = totals?.length ? totals : (totals || currencies.length === 0 ? ['KRW'] : currencies).map((currency) => ({ currency, count: 0, grossAmount: 0, canceledAmount: 0, netAmount: 0 }));
  return (
    <div class={got.isStale ? 'stale' : undefined} aria-live="off">
      {rows.map((s) => (
        <dl class="sums" key={s.currency}>
          <div><dt>{t(w.count)}</dt><dd>{totals ? count(s.count) : '–'}</dd></div>
          <div><dt>{t(w.gross)}</dt><dd>{totals ? <Money value={s.grossAmount} currency={s.currency} /> : '–'}</dd></div>
          <div><dt>{t(w.canceled)}</dt><dd>{totals ? <Money value={s.canceledAmount} currency={s.currency} /> : '–'}</dd></div>
          <div class="strong"><dt>{t(w.net)}</dt><dd>{totals ? <Money value={s.netAmount} currency={s.currency} /> : '–'}</dd></div>
        </dl>
      ))}
    </div>
  );
}

function NothingHere({ period }: { period: Period }) {
  const until = addDays(today(), 1);
  return (
    <Empty title={t(w.noPayments, periodText(period))}>
      <button type="button" onClick={() => setQuery({ from: addDays(until, -1826), until, ...RESET })}>{t(w.lookFurther)}</button>{' '}
      <button type="button" onClick={() => setQuery({ ...Object.fromEntries(NAMES.map((f) => [f, undefined])), ...RESET })}>{t(w.clearFilters)}</button>
    </Empty>
  );
}

function exportOf(asked: URLSearchParams, expected: number | undefined) {
  const query = new URLSearchParams(asked);
  query.set('totals', 'false');
  return {
    name: `payments_${asked.get('from')}_${addDays(asked.get('until') ?? today(), -1)}`,
    path: `/v1/payments?${query}`,
    expected,
    rows: (page: Record<string, unknown>) => page.payments as PaymentItem[],
    head: ['paymentId', `requestedAt (KST)`, 'businessDate', 'merchantId', 'merchantCode', 'orderId', 'orderName', 'buyerName', 'status', 'method', 'issuer', 'approveNo', 'channel', 'currency', 'totalAmount', 'canceledAmount', 'balanceAmount', 'approvedAt (KST)'],
    line: (p: PaymentItem) => [p.id, timeSeoul(p.requestedAt), p.businessDate, p.merchantId, p.merchantCode, p.orderId, p.orderName, p.buyerName, p.status, p.method, p.issuer, p.approveNo, p.channel, p.currency, new Plain(decimal(p.totalAmount, p.currency, false)), new Plain(decimal(p.canceledAmount ?? 0, p.currency, false)), new Plain(decimal(p.balanceAmount, p.currency, false)), p.approvedAt ? timeSeoul(p.approvedAt) : ''],
  };
}

export function Payments() {
  const query = place.value.query;
  const period = periodOf(query);
  // What is shown is in the address, also when nobody chose it.
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const operator = session.value?.role === 'OPERATOR';
  const asked = question(query, period);
  const after = query.get('after');
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const listed = new URLSearchParams(asked);
  listed.set('limit', String(PAGE));
  listed.set('totals', 'false');
  if (after) listed.set('after', after);
  const path = `/v1/payments?${listed}`;
  const got = useGet<PaymentPage>(period.given ? path : null, LIVE_MS);
  const sums = useGet<PaymentPage>(period.given ? sumsOf(asked) : null, TOTALS_MS);
  const rows = got.data?.payments ?? [];
  const all = columns(query).filter((c) => operator || !c.operator);
  const shown = shownOf(all, query);
  const next = got.data?.hasMore ? got.data.nextCursor : undefined;
  const [filtersOpen, setFiltersOpen] = useState(false);

  return (
    <>
      <Head title={t(w.payments)} sub={<Fresh seen={got.data?.seen} at={got.at} />}>
        <SavedViews />
        <ColumnMenu all={all} shown={shown} />
        <ExportButton what={exportOf(asked, undefined)} />
      </Head>
      <div class="filters">
        <PeriodPicker period={period} />
        <div class="filter-row" data-open={filtersOpen}>
          <button type="button" class="filter-toggle" aria-expanded={filtersOpen} onClick={() => setFiltersOpen(!filtersOpen)}>{t(w.filters)}</button>
          <ContainsFilter query={query} />
          <Choice name="status" label={t(w.status)} values={STATUSES} kind="status" />
          <Choice name="method" label={t(w.method)} values={METHODS} kind="method" />
          {operator && <MerchantField id={query.get('merchantId') ?? ''} hint={t(w.all)} onPick={(id) => setQuery({ merchantId: id, ...RESET })} />}
          <AmountFilter query={query} currencies={(sums.data?.totals ?? []).map((s) => s.currency)} />
        </div>
        <Chips query={query} />
      </div>
      {period.given && <TotalsStrip got={sums} currencies={[...new Set(rows.map((p) => p.currency))].sort()} />}
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton rows={12} />}
      {got.data && rows.length === 0 && !got.isLoading && <NothingHere period={period} />}
      {rows.length > 0 && <LiveTable of={got.turn} caption={t(w.payments)} columns={shown} rows={rows} keyOf={(p) => p.id} hrefOf={(p) => href(`/payments/${p.id}`)} dim={got.isStale} />}
      {(next || page > 1) && (
        <nav class="pages" aria-label={t(w.pages)}>
          {page > 1 && <button type="button" onClick={() => setQuery(RESET)}>{t(w.firstPage)}</button>}
          {page > 1 && <button type="button" onClick={() => history.back()}>{t(w.previousPage)}</button>}
          <span class="dim">{t(w.pageNo, page)}</span>
          {next && <button type="button" onClick={() => { setQuery({ after: next, page: String(page + 1) }); scrollTo(0, 0); }}>{t(w.nextPage)}</button>}
        </nav>
      )}
    </>
  );
}

