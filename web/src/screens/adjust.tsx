// A contract that holds backwards: what was settled by other terms gets the difference, as further lines. Looked at
// first, line by line.
import { useState } from 'preact/hooks';
import { count, dayText } from '../base/format';
import { lang, t } from '../base/i18n';
import * as w from '../base/words';
import type { AdjustmentReport, Contract } from '../base/money_types';
import { href } from '../base/url';
import { Figures, FormDialog } from '../ui/act';
import { merchantName } from '../ui/merchants';
import { Day, Dialog, Id, Money, Said, today } from '../ui/parts';
import { Table } from '../ui/table';
import { Input } from './terms_form';

function Report({ of, stands }: { of: AdjustmentReport; stands?: boolean }) {
  return (
    <>
      {of.lines + of.failed === 0 && <p>{t(w.nothingToAdjust)}</p>}
      {of.lines > 0 && (
        <>
          <Figures rows={[
            [t(w.approvals), count(of.approvals)], [t(w.differenceLines), count(of.lines)],
            ...of.feeDelta.map((d): [string, preact.ComponentChildren, boolean] => [t(w.feeDelta), <Money value={d.amount} currency={d.currency} plain />, true]),
          ]} />
          <Table caption={t(w.differenceLines)} rows={of.items} keyOf={(l) => l.lineId} columns={[
            { label: t(w.payment), card: 'title', wide: true, cell: (l) => <a href={stands ? href(`/settlement/lines/${l.lineId}`) : href(`/payments/${l.paymentId}`)}><Id id={l.paymentId} /></a> },
            { label: t(w.basisDate), cell: (l) => <Day at={l.basisDate} /> },
            { label: t(w.payoutDate), cell: (l) => <Day at={l.payoutDate} /> },
            { label: t(w.feeWithVat), num: true, cell: (l) => <span class="tab"><Money value={l.feeBefore} currency={l.currency} plain /> → <Money value={l.feeBefore + l.fee} currency={l.currency} plain /></span> },
            { label: t(w.netPaid), num: true, card: 'lead', cell: (l) => <Money value={l.net} currency={l.currency} /> },
          ]} />
          {of.lines > of.items.length && <p class="dim small-text">{t(w.truncated, of.items.length)}</p>}
        </>
      )}
      {of.failed > 0 && <p class="note"><span class="badge bad">{t(w.failed)} {count(of.failed)}</span> <Said>{of.firstFailure}</Said></p>}
      {of.byCanary.map((c) => <p key={c.canary} class="dim small-text">{t(w.staysWithCanary, count(c.approvals), c.canary)}</p>)}
    </>
  );
}

export function Adjust({ contract, change, onClose }: { contract: Contract; change: string; onClose: () => void }) {
  const [date, setDate] = useState(today());
  const [made, setMade] = useState<AdjustmentReport>();
  const title = `${merchantName(contract.merchantId)} v${contract.version} · ${t(w.adjustBack)}`;
  if (made) {
    return (
      <Dialog wide title={title} onClose={onClose}>
        <div role="status"><Report of={made} stands /></div>
        <div class="dialog-actions"><button type="button" class="primary" onClick={onClose}>{t(w.close)}</button></div>
      </Dialog>
    );
  }
  return (
    <FormDialog<AdjustmentReport, AdjustmentReport> wide title={title} submit={t(w.addLines)} what="adjustment" path="/v1/settlement/adjustments" ready={date !== ''} body={{ contractChangeId: change, date }} preview={(of) => <Report of={of} />} isNothing={(of) => of.lines === 0} onClose={onClose} onDone={setMade}>
      <p class="dim">{t(w.adjustMeans, dayText(contract.validFrom, lang.value))}</p>
      <Input label={t(w.inRunOf)} type="date" value={date} onType={setDate} />
    </FormDialog>
  );
}
