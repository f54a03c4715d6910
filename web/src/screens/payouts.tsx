// Payouts: how much goes to whom on which day, and why exactly that much.
import { addDays, count } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { LineSummary, List, Payout } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, Figures } from '../ui/act';
import { ExportButton } from '../ui/export';
import { MerchantField } from '../ui/merchant_field';
import { LiveTable } from '../ui/held';
import { Badge, Day, Empty, Facts, Fresh, Head, Id, Loaded, Money, None, Pages, Panel, Time, paged } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { SavedViews } from '../ui/saved';
import type { Column } from '../ui/table';
import { PayoutActs } from './payout_acts';
import { LineExport, LineTable, plain } from './settlement_lines';

const AHEAD = 14; // payouts are made for days to come

const carried = (p: Payout) => p.carriedOver.reduce((sum, c) => sum + c.amount, 0);
const orNone = (value: number, p: Payout) => (value ? <Money value={value} currency={p.currency} /> : <None />);

function columns(operator: boolean): Column<Payout>[] {
  const link = (p: Payout) => href(`/payouts/${p.payoutId}`);
  const whose: Column<Payout> = { label: t(w.merchant), card: 'title', wide: true, cell: (p) => p.merchantName };
  return [
    { label: t(w.payoutDate), cell: (p) => <a href={link(p)}><Day at={p.date} /></a> },
    ...(operator ? [whose] : []),
    { label: t(w.state), cell: (p) => <span class="two"><Badge kind="payoutState" value={p.state} />{p.failure && <span class="dim small-text">{p.failure}</span>}</span> },
    { label: t(w.lines), num: true, cell: (p) => count(p.lines) },
    { label: t(w.linesNet), num: true, cell: (p) => <Money value={p.linesNet} currency={p.currency} /> },
    { label: t(w.carriedOver), num: true, cell: (p) => orNone(carried(p), p) },
    { label: t(w.withheld), num: true, cell: (p) => orNone(p.released - p.withheld, p) },
    { label: t(w.paidOut), num: true, card: 'lead', cell: (p) => <Money value={p.amount} currency={p.currency} /> },
  ];
}

// What the bank takes back, until it is decided; nothing where nothing is.
function Disputed() {
  const got = useGet<List<Payout>>('/v1/payouts?disputed=true&limit=100', 10_000);
  const items = (got.data?.items ?? []).filter((p) => p.dispute);
  if (items.length === 0) return null;
  return (
    <Panel title={t(w.disputed)}>
      <p class="dim">{t(w.disputedMore)}</p>
      {items.map((p) => <p key={p.payoutId}><a href={href(`/payouts/${p.payoutId}`)}>{p.merchantName} <Money value={p.amount} currency={p.currency} /></a></p>)}
    </Panel>
  );
}

function DisputePanel({ p, onDone }: { p: Payout; onDone: () => void }) {
  const dispute = p.dispute;
  if (!dispute) return null;
  const path = `/v1/payouts/${p.payoutId}/decisions`;
  return (
    <Panel title={t(w.disputed)}>
      <p class="dim">{t(w.disputedMore)}</p>
      <Facts rows={[
        [t(w.state), <Badge kind="payoutState" value={p.state} />],
        [t(w.bankSays), <Badge kind="payoutState" value={dispute.bankSays} />],
        [t(w.bankTraceNo), dispute.bankTraceNo],
        [t(w.time), dispute.at && <Time at={dispute.at} zone />],
        [t(w.file), dispute.file],
        [t(w.readAt), <Time at={dispute.since} zone />],
      ]} />
      {session.value?.role === 'OPERATOR' && (
        <span class="actions">
          <ActButton label={t(w.approve)} primary path={path} body={{ decision: 'APPROVE' }} what="approve" ask={<p>{t(w.disputedMore)}</p>} onDone={onDone} />
          <ActButton label={t(w.reject)} path={path} body={{ decision: 'REJECT' }} what="reject" ask={<p><Badge kind="payoutState" value={p.state} /></p>} onDone={onDone} />
        </span>
      )}
    </Panel>
  );
}

export function Payouts() {
  const query = place.value.query;
  const period = periodOf(query, 30, AHEAD);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const operator = session.value?.role === 'OPERATOR';
  const merchant = query.get('merchant') ?? '';
  const asked = `/v1/payouts?from=${period.from}&until=${period.until}${merchant ? `&merchant=${merchant}` : ''}`;
  const got = useGet<List<Payout>>(period.given ? paged(asked) : null, 10_000);
  return (
    <>
      <Head title={t(w.payouts)} sub={<Fresh seen={got.data?.seen} at={got.at} />}>
        {operator && <PayoutActs onDone={got.refresh} />}
        <SavedViews />
        <ExportButton what={{
          name: `payouts_${period.from}_${addDays(period.until, -1)}`,
          path: asked,
          head: ['payoutId', 'merchantId', 'merchantName', 'date', 'currency', 'lines', 'linesNet', 'carriedOver', 'withheld', 'released', 'amount', 'leftOver', 'state', 'bankTraceNo', 'paidAt'],
          line: (p: Payout) => [p.payoutId, p.merchantId, p.merchantName, p.date, p.currency, p.lines, ...[p.linesNet, carried(p), p.withheld, p.released, p.amount, p.leftOver].map((n) => plain(n, p.currency)), p.state, p.bankTraceNo, p.paidAt],
        }} />
      </Head>
      {operator && <Disputed />}
      <div class="filters">
        <PeriodPicker period={period} />
        {operator && <div class="filter-row open"><MerchantField id={merchant} hint={t(w.all)} onPick={(id) => setQuery({ merchant: id, cursor: undefined })} /></div>}
      </div>
      <Loaded got={got} rows={10}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noPayouts)}>{t(w.noPayoutsMore)}</Empty> : (
          <>
            <LiveTable of={got.turn} whole={!nextCursor && !query.get('cursor')} caption={t(w.payouts)} rows={items} keyOf={(p) => p.payoutId} hrefOf={(p) => href(`/payouts/${p.payoutId}`)} dim={got.isStale} columns={columns(operator)} />
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
  const rows: [preact.ComponentChildren, number][] = [[t(w.linesNetOf, count(p.lines)), p.linesNet]];
  for (const c of p.carriedOver) rows.push([<>{t(w.carriedOver)} <a href={href(`/payouts/${c.from}`)}><Id id={c.from} /></a></>, c.amount]);
  if (p.withheld) rows.push([t(w.withheld), -p.withheld]);
  if (p.released) rows.push([t(w.released), p.released]);
  if (p.leftOver) rows.push([t(w.leftOver), -p.leftOver]);
  return (
    <Panel flush title={t(w.whyThisAmount)}>
      <table class="plain">
        <caption class="sr">{t(w.whyThisAmount)}</caption>
        <tbody>{rows.map(([name, value], i) => <tr key={i}><th scope="row">{name}</th><td class="num">{sum(value)}</td></tr>)}</tbody>
        <tfoot><tr><th scope="row">{t(w.paidOut)}</th><td class="num">{sum(p.amount)}</td></tr></tfoot>
      </table>
    </Panel>
  );
}

function PayoutLines({ p }: { p: Payout }) {
  const got = useGet<List<LineSummary>>(paged(`/v1/payouts/${p.payoutId}/lines`));
  return (
    <>
      <Panel flush title={t(w.settlementLines)} aside={<span class="dim small-text">{t(w.clickExplains)}</span>}>
        <Loaded got={got}>{({ items }) => (items.length === 0 ? <Empty title={t(w.noLines)}>{t(w.noLinesMore)}</Empty> : <LineTable lines={items} of={got.turn} dim={got.isStale} />)}</Loaded>
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
      <Head title={p ? <>{p.merchantName} <Badge kind="payoutState" value={p.state} /></> : t(w.payout)} sub={<>{p && <><Day at={p.date} long /> · </>}<Id id={id} whole /></>}>
        {p && <LineExport name={`payout_${p.payoutId}`} path={`/v1/payouts/${id}/lines`} expected={p.lines} />}
      </Head>
      <Loaded got={got}>
        {(one) => (
          <>
            <Figures rows={[[t(w.lines), count(one.lines)], [t(w.linesNet), <Money value={one.linesNet} currency={one.currency} />], [t(w.paidOut), <Money value={one.amount} currency={one.currency} />, true]]} />
            <DisputePanel p={one} onDone={got.refresh} />
            <div class="split even">
              <Why p={one} />
              <Panel title={t(w.about)}>
                <Facts rows={[
                  [t(w.account), one.account],
                  [t(w.file), one.file],
                  [t(w.bankTraceNo), one.bankTraceNo],
                  [t(w.paidAt), one.paidAt && <Time at={one.paidAt} zone />],
                  [t(w.why), one.failure],
                  [t(w.allPayouts), session.value?.role === 'OPERATOR' && <a href={href('/payouts', { merchant: one.merchantId })}>{one.merchantName}</a>],
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
