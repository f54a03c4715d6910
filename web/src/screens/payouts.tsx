// Payouts: how much goes to whom on which day, and why exactly that much.
import { addDays, count, dayLong } from '../base/format';
import { lang, t } from '../base/i18n';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { LineSummary, List, Payout } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Figures } from '../ui/act';
import { ExportButton } from '../ui/export';
import { MerchantField } from '../ui/merchant_field';
import { Badge, Empty, Facts, Fresh, Head, Id, Loaded, Money, None, Pages, Panel, Time } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { SavedViews } from '../ui/saved';
import { type Column, Table } from '../ui/table';
import { PayoutActs } from './payout_acts';
import { LineExport, LineTable, plain } from './settlement_lines';

const PAGE = 100;
const AHEAD = 14; // payouts are made for days to come

const carried = (p: Payout) => p.carriedOver.reduce((sum, c) => sum + c.amount, 0);
const orNone = (value: number, p: Payout) => (value ? <Money value={value} currency={p.currency} /> : <None />);

function columns(operator: boolean): Column<Payout>[] {
  const link = (p: Payout) => href(`/payouts/${p.payoutId}`);
  const whose: Column<Payout> = { id: 'm', label: t('merchant'), card: 'title', wide: true, cell: (p) => p.merchantName };
  return [
    { id: 'd', label: t('payoutDate'), cell: (p) => <a href={link(p)} class="tab">{p.date}</a> },
    ...(operator ? [whose] : []),
    { id: 's', label: t('state'), cell: (p) => <span class="two"><Badge kind="payoutState" value={p.state} />{p.failure && <span class="dim small-text">{p.failure}</span>}</span> },
    { id: 'l', label: t('lines'), num: true, cell: (p) => count(p.lines) },
    { id: 'n', label: t('linesNet'), num: true, cell: (p) => <Money value={p.linesNet} currency={p.currency} /> },
    { id: 'c', label: t('carriedOver'), num: true, cell: (p) => orNone(carried(p), p) },
    { id: 'w', label: t('withheld'), num: true, cell: (p) => orNone(p.released - p.withheld, p) },
    { id: 'a', label: t('paidOut'), num: true, card: 'lead', cell: (p) => <Money value={p.amount} currency={p.currency} /> },
  ];
}

export function Payouts() {
  const query = place.value.query;
  const period = periodOf(query, 30, AHEAD);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const operator = session.value?.role === 'OPERATOR';
  const merchant = query.get('merchant') ?? '';
  const asked = `/v1/payouts?from=${period.from}&until=${period.until}${merchant ? `&merchant=${merchant}` : ''}`;
  const cursor = query.get('cursor');
  const got = useGet<List<Payout>>(period.given ? `${asked}&limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}` : null, 10_000);
  return (
    <>
      <Head title={t('payouts')} sub={<Fresh seen={got.data?.seen} at={got.at} />}>
        {operator && <PayoutActs onDone={got.refresh} />}
        <SavedViews />
        <ExportButton what={{
          name: `payouts_${period.from}_${addDays(period.until, -1)}`,
          path: asked,
          head: ['payoutId', 'merchantId', 'merchantName', 'date', 'currency', 'lines', 'linesNet', 'carriedOver', 'withheld', 'released', 'amount', 'leftOver', 'state', 'bankTraceNo', 'paidAt'],
          line: (p: Payout) => [p.payoutId, p.merchantId, p.merchantName, p.date, p.currency, p.lines, ...[p.linesNet, carried(p), p.withheld, p.released, p.amount, p.leftOver].map((n) => plain(n, p.currency)), p.state, p.bankTraceNo, p.paidAt],
        }} />
      </Head>
      <div class="filters">
        <PeriodPicker period={period} />
        {operator && <div class="filter-row open"><MerchantField id={merchant} hint={t('all')} onPick={(id) => setQuery({ merchant: id, cursor: undefined })} /></div>}
      </div>
      <Loaded got={got} rows={10}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t('noPayouts')}>{t('noPayoutsMore')}</Empty> : (
          <>
            <Table caption={t('payouts')} rows={items} keyOf={(p) => p.payoutId} hrefOf={(p) => href(`/payouts/${p.payoutId}`)} dim={got.isStale} columns={columns(operator)} />
            <Pages next={nextCursor} />
          </>
        ))}
      </Loaded>
    </>
  );
}

/** Lines + what was carried over - withheld + released = paid out + what is left over. */
function Why({ p }: { p: Payout }) {
  const sum = (value: number) => <Money value={value} currency={p.currency} />;
  const rows: [preact.ComponentChildren, number][] = [[t('linesNetOf', count(p.lines)), p.linesNet]];
  for (const c of p.carriedOver) rows.push([<>{t('carriedOver')} <a href={href(`/payouts/${c.from}`)}><Id id={c.from} /></a></>, c.amount]);
  if (p.withheld) rows.push([t('withheld'), -p.withheld]);
  if (p.released) rows.push([t('released'), p.released]);
  if (p.leftOver) rows.push([t('leftOver'), -p.leftOver]);
  return (
    <Panel flush title={t('whyThisAmount')}>
      <table class="plain">
        <caption class="sr">{t('whyThisAmount')}</caption>
        <tbody>{rows.map(([name, value], i) => <tr key={i}><th scope="row">{name}</th><td class="num">{sum(value)}</td></tr>)}</tbody>
        <tfoot><tr><th scope="row">{t('paidOut')}</th><td class="num">{sum(p.amount)}</td></tr></tfoot>
      </table>
    </Panel>
  );
}

function PayoutLines({ p }: { p: Payout }) {
  const cursor = place.value.query.get('cursor');
  const got = useGet<List<LineSummary>>(`/v1/payouts/${p.payoutId}/lines?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
  return (
    <>
      <Panel flush title={t('settlementLines')} aside={<span class="dim small-text">{t('clickExplains')}</span>}>
        <Loaded got={got}>{({ items }) => (items.length === 0 ? <Empty title={t('noLines')} /> : <LineTable lines={items} dim={got.isStale} />)}</Loaded>
      </Panel>
      <Pages next={got.data?.nextCursor} />
    </>
  );
}

export function PayoutScreen({ id }: { id: string }) {
  const got = useGet<Payout>(`/v1/payouts/${id}`, 10_000);
  const p = got.data;
  return (
    <>
      <Head title={p ? <>{p.merchantName} <Badge kind="payoutState" value={p.state} /></> : t('payout')} sub={<>{p && `${dayLong(p.date, lang.value)} · `}<Id id={id} whole /></>}>
        {p && <LineExport name={`payout_${p.payoutId}`} path={`/v1/payouts/${id}/lines`} expected={p.lines} />}
      </Head>
      <Loaded got={got}>
        {(one) => (
          <>
            <Figures rows={[[t('lines'), count(one.lines)], [t('linesNet'), <Money value={one.linesNet} currency={one.currency} />], [t('paidOut'), <Money value={one.amount} currency={one.currency} />, true]]} />
            <div class="split even">
              <Why p={one} />
              <Panel title={t('about')}>
                <Facts rows={[
                  [t('account'), one.account],
                  [t('file'), one.file],
                  [t('bankTraceNo'), one.bankTraceNo],
                  [t('paidAt'), one.paidAt && <Time at={one.paidAt} full />],
                  [t('why'), one.failure],
                  [t('allPayouts'), session.value?.role === 'OPERATOR' && <a href={href('/payouts', { merchant: one.merchantId })}>{one.merchantName}</a>],
                ]} />
              </Panel>
            </div>
            <PayoutLines p={one} />
          </>
        )}
      </Loaded>
    </>
  );
}
