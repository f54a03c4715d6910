// How a payment was settled: its lines, each with the amount, the fee and the day it is paid out.
import { useGet } from '../base/live';
import { t } from '../base/i18n';
import { href } from '../base/url';
import { Empty, Money, Panel } from '../ui/parts';
import { Table } from '../ui/table';

export interface LineSummary {
  lineId: string;
  paymentId: string;
  merchantId: string;
  kind: string;
  basisDate: string;
  payoutDate: string;
  runDate?: string;
  gross: number;
  fee: number;
  feeVat?: number;
  net: number;
  currency: string;
  payoutId?: string | null;
}

export function LinesOfPayment({ id }: { id: string }) {
  const got = useGet<{ items: LineSummary[] }>(`/v1/payments/${id}/settlement-lines`);
  if (got.problem || !got.data) return null; // a server without settlement says so on the screens of settlement
  return (
    <Panel flush title={t('settlement')}>
      {got.data.items.length === 0 ? <Empty title={t('notSettledYet')} /> : <LineTable lines={got.data.items} />}
    </Panel>
  );
}

export function LineTable({ lines, caption }: { lines: LineSummary[]; caption?: string }) {
  return (
    <Table
      caption={caption ?? t('settlementLines')}
      rows={lines}
      keyOf={(l) => l.lineId}
      hrefOf={(l) => href(`/settlement/lines/${l.lineId}`)}
      columns={[
        { id: 'k', label: t('kind'), card: 'title', cell: (l) => <a href={href(`/settlement/lines/${l.lineId}`)}>{l.kind}</a> },
        { id: 'b', label: t('basisDate'), cell: (l) => l.basisDate },
        { id: 'p', label: t('payoutDate'), cell: (l) => (l.payoutId ? <a href={href(`/payouts/${l.payoutId}`)}>{l.payoutDate}</a> : l.payoutDate) },
        { id: 'g', label: t('gross'), num: true, cell: (l) => <Money value={l.gross} currency={l.currency} /> },
        { id: 'f', label: t('feeWithVat'), num: true, cell: (l) => <Money value={-l.fee} currency={l.currency} /> },
        { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (l) => <Money value={l.net} currency={l.currency} /> },
      ]}
    />
  );
}
