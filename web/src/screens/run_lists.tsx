// What a day's run made: its lines, what it could not settle and why, and where a canary came to another fee.
import { code, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { CanaryDifference, FailedItem, LineSummary, List } from '../base/money_types';
import { href, place } from '../base/url';
import { Empty, Id, Loaded, Money, Pages } from '../ui/parts';
import { Table } from '../ui/table';
import { LineTable } from './settlement_lines';

const PAGE = 100;

function paged(path: string): string {
  const cursor = place.value.query.get('cursor');
  return `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
}

export function RunLines({ date }: { date: string }) {
  const merchant = place.value.query.get('merchant');
  const got = useGet<List<LineSummary>>(paged(`/v1/settlement/runs/${date}/lines${merchant ? `?merchant=${merchant}` : ''}`));
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t('noLines')} /> : (
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
  if (f.code === 'NO_CONTRACT' || f.code === 'NO_RATE') return [href('/contracts', { merchant: f.merchantId ?? '' }), t('toContract')];
  if (f.code === 'NO_CALENDAR' || f.code === 'CALENDAR_ENDS') return [href('/contracts', { tab: 'calendars' }), t('toCalendar')];
  return undefined;
}

export function Failures({ date }: { date: string }) {
  const got = useGet<List<FailedItem>>(paged(`/v1/settlement/runs/${date}/failures`));
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t('noFailures')} /> : (
        <>
          <Table
            caption={t('failed')}
            rows={items}
            keyOf={(f) => f.lineId}
            columns={[
              { id: 'p', label: t('payment'), card: 'title', cell: (f) => <a href={href(`/payments/${f.paymentId}`)}><Id id={f.paymentId} /></a> },
              { id: 'm', label: t('merchant'), clip: true, cell: (f) => f.merchantName },
              { id: 'k', label: t('kind'), cell: (f) => code('lineKind', f.kind) },
              { id: 'c', label: t('why'), wide: true, cell: (f) => <span class="two" title={f.detail}><span>{code('trouble', f.code)}</span><span class="dim small-text">{f.detail}</span></span> },
              { id: 'x', label: t('action'), cell: (f) => { const to = mendAt(f); return to && <a href={to[0]}>{to[1]} →</a>; } },
              { id: 'a', label: t('amount'), num: true, card: 'lead', cell: (f) => <Money value={f.amount} currency="KRW" /> },
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
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t('noCanaryDifference')}>{t('canaryIs')}</Empty> : (
        <>
          <Table
            caption={t('canaryDifferences')}
            rows={items}
            keyOf={(d) => d.canary + d.lineId}
            columns={[
              { id: 'l', label: t('settlementLine'), card: 'title', cell: (d) => <a href={href(`/settlement/lines/${d.lineId}`)}><Id id={d.lineId} /></a> },
              { id: 'k', label: t('canary'), cell: (d) => d.canary },
              { id: 'm', label: t('merchant'), clip: true, cell: (d) => d.merchantName },
              { id: 'w', label: t('why'), wide: true, cell: (d) => d.detail },
              { id: 'n', label: t('feeNow'), num: true, cell: (d) => <Money value={d.feeNow} currency="KRW" /> },
              { id: 'c', label: t('feeCandidate'), num: true, cell: (d) => <Money value={d.feeCandidate} currency="KRW" /> },
              { id: 'd', label: t('difference'), num: true, card: 'lead', cell: (d) => <Money value={d.feeCandidate - d.feeNow} currency="KRW" /> },
            ]}
          />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}
