// Lines of settlement: the table of them, those of one payment, and as a file.
import { Plain } from '../base/csv';
import { decimal } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { LineSummary, List } from '../base/money_types';
import { href } from '../base/url';
import { ExportButton } from '../ui/export';
import { LiveTable } from '../ui/held';
import { Badge, Day, Empty, Loaded, Money, Panel } from '../ui/parts';

export function LinesOfPayment({ id }: { id: string }) {
  const got = useGet<List<LineSummary>>(`/v1/payments/${id}/settlement-lines`, 10_000);
  return (
    <Panel flush title={t(w.settlement)}>
      <Loaded got={got} rows={2}>
        {({ items }) => (items.length === 0 ? <Empty title={t(w.notSettledYet)}>{t(w.notSettledHint)}</Empty> : <LineTable lines={items} of={got.turn} />)}
      </Loaded>
    </Panel>
  );
}

/** `of`: another one is another list. */
export function LineTable({ lines, of, withMerchant, dim }: { lines: LineSummary[]; of: string; withMerchant?: boolean; dim?: boolean }) {
  const link = (l: LineSummary) => href(`/settlement/lines/${l.lineId}`);
  return (
    <LiveTable
      of={of}
      caption={t(w.settlementLines)}
      rows={lines}
      keyOf={(l) => l.lineId}
      hrefOf={link}
      dim={dim ?? false}
      columns={[
        { label: t(w.kind), card: 'title', cell: (l) => <a href={link(l)}>{code('lineKind', l.kind)}</a> },
        ...(withMerchant ? [{ label: t(w.merchant), wide: true, cell: (l: LineSummary) => l.merchantName }] : []),
        { label: t(w.basisDate), cell: (l) => <span class="tab"><Day at={l.basisDate} /> {l.runDate && l.basisDate && l.basisDate < l.runDate && <Badge kind="lineKind" value="LATE" tone="warn" />}</span> },
        { label: t(w.payoutDate), cell: (l) => <span class="tab">{l.payoutId ? <a href={href(`/payouts/${l.payoutId}`)}><Day at={l.payoutDate} /></a> : <Day at={l.payoutDate} />}</span> },
        { label: t(w.gross), num: true, cell: (l) => <Money value={l.gross} currency={l.currency} /> },
        { label: t(w.feeWithVat), num: true, cell: (l) => <Money value={-l.fee} currency={l.currency} plain /> },
        { label: t(w.netPaid), num: true, card: 'lead', cell: (l) => <Money value={l.net} currency={l.currency} /> },
      ]}
    />
  );
}

/** Amounts as a spreadsheet takes them: 12345 of KRW as 12345, of USD as 123.45. */
export const plain = (amount: number, currency: string) => new Plain(decimal(amount, currency, false));

export function LineExport({ name, path, expected }: { name: string; path: string; expected?: number }) {
  return (
    <ExportButton
      what={{
        name,
        path,
        expected,
        head: ['lineId', 'paymentId', 'merchantId', 'merchantName', 'kind', 'basisDate', 'payoutDate', 'payoutId', 'currency', 'gross', 'fee', 'feeVat', 'net'],
        line: (l: LineSummary) => [l.lineId, l.paymentId, l.merchantId, l.merchantName, l.kind, l.basisDate, l.payoutDate, l.payoutId, l.currency, plain(l.gross, l.currency), plain(l.fee, l.currency), plain(l.feeVat, l.currency), plain(l.net, l.currency)],
      }}
    />
  );
}
