// Payouts: how much goes to whom on which day, and why exactly that much.
import { addDays, count, dayLong } from '../base/format';
import { lang, t } from '../base/i18n';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { LineSummary, List, Payout } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Figures } from '../ui/act';
import { ExportButton } from '../ui/export';
import { merchantName, useMerchants } from '../ui/merchants';
import { Badge, Empty, Failure, Fresh, Head, Id, Money, Panel, Skeleton, Time } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { SavedViews } from '../ui/saved';
import { Table } from '../ui/table';
import { LineTable } from './settlement_lines';

const carried = (p: Payout) => (p.carriedOver ?? []).reduce((sum, c) => sum + c.amount, 0);

export function Payouts() {
  useMerchants();
  const query = place.value.query;
  const period = periodOf(query, 30);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const merchant = query.get('merchant');
  const asked = `/v1/payouts?from=${period.from}&until=${period.until}${merchant ? `&merchant=${merchant}` : ''}`;
  const after = query.get('cursor');
  const got = useGet<List<Payout>>(period.given ? `${asked}&limit=100${after ? `&cursor=${encodeURIComponent(after)}` : ''}` : null, 10_000);
  const operator = session.value?.role === 'OPERATOR';
  const rows = got.data?.items ?? [];
  return (
    <>
      <Head title={t('payouts')} sub={<Fresh at={got.at} />}>
        <SavedViews />
        <ExportButton what={{ name: `payouts_${period.from}_${addDays(period.until, -1)}`, path: asked, rows: (p) => (p as unknown as List<Payout>).items, head: ['payoutId', 'merchantId', 'merchantName', 'date', 'currency', 'lines', 'linesNet', 'carriedOver', 'withheld', 'released', 'amount', 'leftOver', 'state', 'bankTraceNo', 'paidAt'], line: (p: Payout) => [p.payoutId, p.merchantId, p.merchantName, p.date, p.currency, p.lines, p.linesNet, carried(p), p.withheld, p.released, p.amount, p.leftOver, p.state, p.bankTraceNo, p.paidAt] }} />
      </Head>
      <div class="filters">
        <PeriodPicker period={period} />
        {merchant && <ul class="chips"><li><span class="dim">{t('merchant')}</span> {merchantName(merchant)}<button type="button" class="quiet" aria-label={`${t('remove')}: ${t('merchant')}`} onClick={() => setQuery({ merchant: undefined })}>✕</button></li></ul>}
      </div>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton />}
      {got.data && rows.length === 0 && <Empty title={t('noPayouts')}>{t('noPayoutsMore')}</Empty>}
      {rows.length > 0 && (
        <Table
          caption={t('payouts')}
          rows={rows}
          keyOf={(p) => p.payoutId}
          hrefOf={(p) => href(`/payouts/${p.payoutId}`)}
          dim={got.isStale}
          columns={[
            { id: 'd', label: t('payoutDate'), cell: (p) => <a href={href(`/payouts/${p.payoutId}`)} class="tab">{p.date}</a> },
            ...(operator ? [{ id: 'm', label: t('merchant'), card: 'title' as const, wide: true, cell: (p: Payout) => p.merchantName ?? merchantName(p.merchantId) }] : []),
            { id: 's', label: t('state'), cell: (p) => <Badge kind="payoutState" value={p.state} /> },
            { id: 'l', label: t('lines'), num: true, cell: (p) => count(p.lines) },
            { id: 'n', label: t('linesNet'), num: true, cell: (p) => <Money value={p.linesNet} currency={p.currency} /> },
            { id: 'c', label: t('carriedOver'), num: true, cell: (p) => (carried(p) ? <Money value={carried(p)} currency={p.currency} /> : <span class="dim none">–</span>) },
            { id: 'w', label: t('withheld'), num: true, cell: (p) => (p.withheld ? <Money value={-p.withheld} currency={p.currency} /> : <span class="dim none">–</span>) },
            { id: 'a', label: t('paidOut'), num: true, card: 'lead', cell: (p) => <Money value={p.amount} currency={p.currency} /> },
          ]}
        />
      )}
      {got.data?.nextCursor && <nav class="pages" aria-label={t('pages')}><button type="button" onClick={() => setQuery({ cursor: got.data?.nextCursor })}>{t('nextPage')}</button></nav>}
    </>
  );
}

/** Lines + what was carried over - withheld + released = paid out + what is left over. */
function Why({ p }: { p: Payout }) {
  const sum = (value: number) => <Money value={value} currency={p.currency} />;
  const rows: [string, number, boolean?][] = [[t('linesNetOf', count(p.lines)), p.linesNet]];
  for (const c of p.carriedOver ?? []) rows.push([t('carriedFrom', c.from), c.amount]);
  if (p.withheld) rows.push([t('withheld'), -p.withheld]);
  if (p.released) rows.push([t('released'), p.released]);
  if (p.leftOver) rows.push([t('leftOver'), -p.leftOver]);
  rows.push([t('paidOut'), p.amount, true]);
  return (
    <Panel flush title={t('whyThisAmount')}>
      <table class="plain">
        <caption class="sr">{t('whyThisAmount')}</caption>
        <tbody>{rows.slice(0, -1).map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td class="num">{sum(value)}</td></tr>)}</tbody>
        <tfoot><tr><th scope="row">{t('paidOut')}</th><td class="num">{sum(p.amount)}</td></tr></tfoot>
      </table>
    </Panel>
  );
}

export function PayoutScreen({ id }: { id: string }) {
  useMerchants();
  const got = useGet<Payout>(`/v1/payouts/${id}`, 10_000);
  const after = place.value.query.get('cursor');
  const lines = useGet<List<LineSummary>>(`/v1/payouts/${id}/lines?limit=100${after ? `&cursor=${encodeURIComponent(after)}` : ''}`);
  const p = got.data;
  if (!p) return <><Head title={t('payout')} sub={<Id id={id} whole />} />{got.problem ? <Failure problem={got.problem} retry={got.refresh} /> : <Skeleton />}</>;
  return (
    <>
      <Head title={<>{p.merchantName ?? merchantName(p.merchantId)} <Badge kind="payoutState" value={p.state} /></>} sub={<>{dayLong(p.date, lang.value)} · <Id id={p.payoutId} whole /></>}>
        <ExportButton what={{ name: `payout_${p.payoutId}`, path: `/v1/payouts/${id}/lines`, expected: p.lines, rows: (page) => (page as unknown as List<LineSummary>).items, head: ['lineId', 'paymentId', 'kind', 'basisDate', 'payoutDate', 'currency', 'gross', 'fee', 'net'], line: (l: LineSummary) => [l.lineId, l.paymentId, l.kind, l.basisDate, l.payoutDate, l.currency, l.gross, l.fee, l.net] }} />
      </Head>
      <Figures rows={[[t('lines'), count(p.lines)], [t('linesNet'), <Money value={p.linesNet} currency={p.currency} />], [t('paidOut'), <Money value={p.amount} currency={p.currency} />, true]]} />
      <div class="split">
        <Why p={p} />
        <Panel title={t('about')}>
          <dl class="facts">
            <div><dt>{t('account')}</dt><dd>{p.account ?? '–'}</dd></div>
            <div><dt>{t('bankTraceNo')}</dt><dd>{p.bankTraceNo ?? '–'}</dd></div>
            <div><dt>{t('paidAt')}</dt><dd><Time at={p.paidAt ?? undefined} full /></dd></div>
            {p.failure && <div><dt>{t('why')}</dt><dd>{p.failure}</dd></div>}
          </dl>
        </Panel>
      </div>
      <Panel flush title={t('settlementLines')}>
        {lines.data ? (lines.data.items.length === 0 ? <Empty title={t('noLines')} /> : <LineTable lines={lines.data.items} />) : lines.problem ? <Failure problem={lines.problem} /> : <Skeleton />}
      </Panel>
      {lines.data?.nextCursor && <nav class="pages" aria-label={t('pages')}><button type="button" onClick={() => setQuery({ cursor: lines.data?.nextCursor })}>{t('nextPage')}</button></nav>}
    </>
  );
}
