// What a day's run made: its lines, what it could not settle and why, and where a canary came to another fee.
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { CanaryDifference, FailedItem, LineSummary, List } from '../base/money_types';
import { href, place } from '../base/url';
import { Empty, Id, Loaded, Money, Pages, paged } from '../ui/parts';
import { Table } from '../ui/table';
import { LineTable } from './settlement_lines';

export function RunLines({ date }: { date: string }) {
  const merchant = place.value.query.get('merchant');
  const got = useGet<List<LineSummary>>(paged(`/v1/settlement/runs/${date}/lines${merchant ? `?merchant=${merchant}` : ''}`));
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noLines)} /> : (
        <>
          <LineTable lines={items} withMerchant dim={got.isStale} />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}

/** Where a failure of this kind is mended. */
function mendAt(f: FailedItem): [string, string] | undefined {
  if (f.code === 'NO_CONTRACT' || f.code === 'NO_RATE') return [href('/contracts', { merchant: f.merchantId ?? '' }), t(w.toContract)];
  if (f.code === 'NO_CALENDAR' || f.code === 'CALENDAR_ENDS') return [href('/contracts', { tab: 'calendars' }), t(w.toCalendar)];
  return undefined;
}

export function Failures({ date }: { date: string }) {
  const got = useGet<List<FailedItem>>(paged(`/v1/settlement/runs/${date}/failures`));
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noFailures)} /> : (
        <>
          <Table
            caption={t(w.failed)}
            rows={items}
            keyOf={(f) => f.lineId}
            columns={[
              { label: t(w.payment), card: 'title', cell: (f) => <a href={href(`/payments/${f.paymentId}`)}><Id id={f.paymentId} /></a> },
              { label: t(w.merchant), clip: true, cell: (f) => f.merchantName },
              { label: t(w.kind), cell: (f) => code('lineKind', f.kind) },
              { label: t(w.why), wide: true, cell: (f) => <span class="two" title={f.detail}><span>{code('trouble', f.code)}</span><span class="dim small-text">{f.detail}</span></span> },
              { label: t(w.action), cell: (f) => { const to = mendAt(f); return to && <a href={to[0]}>{to[1]} →</a>; } },
              { label: t(w.amount), num: true, card: 'lead', cell: (f) => <Money value={f.amount} currency={f.currency} /> },
            ]}
          />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}

export function Differences({ date }: { date: string }) {
  const got = useGet<List<CanaryDifference>>(paged(`/v1/settlement/runs/${date}/differences`));
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noCanaryDifference)}>{t(w.canaryIs)}</Empty> : (
        <>
          <Table
            caption={t(w.canaryDifferences)}
            rows={items}
            keyOf={(d) => d.canary + d.lineId}
            columns={[
              { label: t(w.settlementLine), card: 'title', cell: (d) => <a href={href(`/settlement/lines/${d.lineId}`)}><Id id={d.lineId} /></a> },
              { label: t(w.canary), cell: (d) => d.canary },
              { label: t(w.merchant), clip: true, cell: (d) => d.merchantName },
              { label: t(w.why), wide: true, cell: (d) => d.detail },
              { label: t(w.feeNow), num: true, cell: (d) => <Money value={d.feeNow} currency={d.currency} /> },
              { label: t(w.feeCandidate), num: true, cell: (d) => <Money value={d.feeCandidate} currency={d.currency} /> },
              { label: t(w.difference), num: true, card: 'lead', cell: (d) => <Money value={d.feeCandidate - d.feeNow} currency={d.currency} /> },
            ]}
          />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}
