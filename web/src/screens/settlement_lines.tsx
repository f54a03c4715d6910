// Lines of settlement: the table of them, and those of one payment.
import { code, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { LineSummary, List } from '../base/money_types';
import { href } from '../base/url';
import { Empty, Money, Panel } from '../ui/parts';
import { Table } from '../ui/table';
import { merchantName } from '../ui/merchants';

export function LinesOfPayment({ id }: { id: string }) {
  const got = useGet<List<LineSummary>>(`/v1/payments/${id}/settlement-lines`, 10_000);
  if (got.problem || !got.data) return null; // a server without settlement says so on the screens of settlement
  return (
    <Panel flush title={t('settlement')}>
      {got.data.items.length === 0 ? <Empty title={t('notSettledYet')}>{t('notSettledHint')}</Empty> : <LineTable lines={got.data.items} />}
    </Panel>
  );
}

export function LineTable({ lines, caption, withMerchant }: { lines: LineSummary[]; caption?: string; withMerchant?: boolean }) {
  return (
    <Table
      caption={caption ?? t('settlementLines')}
      rows={lines}
      keyOf={(l) => l.lineId}
      hrefOf={(l) => href(`/settlement/lines/${l.lineId}`)}
      columns={[
        { id: 'k', label: t('kind'), card: 'title', cell: (l) => <a href={href(`/settlement/lines/${l.lineId}`)}>{code('lineKind', l.kind)}</a> },
        ...(withMerchant ? [{ id: 'm', label: t('merchant'), cell: (l: LineSummary) => merchantName(l.merchantId) }] : []),
        { id: 'b', label: t('basisDate'), cell: (l) => <span class="tab">{l.basisDate}{l.late && <span class="badge warn">{t('late')}</span>}</span> },
        { id: 'p', label: t('payoutDate'), cell: (l) => <span class="tab">{l.payoutId ? <a href={href(`/payouts/${l.payoutId}`)}>{l.payoutDate}</a> : l.payoutDate}</span> },
        { id: 'g', label: t('gross'), num: true, cell: (l) => <Money value={l.gross} currency={l.currency} /> },
        { id: 'f', label: t('feeWithVat'), num: true, cell: (l) => <Money value={-l.fee} currency={l.currency} /> },
        { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (l) => <Money value={l.net} currency={l.currency} /> },
      ]}
    />
  );
}
