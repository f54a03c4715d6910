// Cancelling a payment, or a part of it: what will be left is shown first, and the server is told which balance
// was seen, so that a cancel somebody else made meanwhile is not doubled.
import { useState } from 'preact/hooks';
import { ApiError, type Problem, newKey, session, write } from '../base/api';
import { count, decimal, money, parseAmount } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { forgetKept } from '../base/live';
import type { Payment } from '../base/types';
import { Dialog, Failure, Field, Money } from '../ui/parts';

/** From this amount on it has to be typed once more. */
const TYPED_FROM = 1_000_000;

/** VAT of a part, as the ledger reckons it where nothing is tax-free: a tenth on top of the supply. */
function vatOf(amount: number): number {
  return Math.round(amount / 11);
}

export function CancelDialog({ payment, onClose, onDone }: { payment: Payment; onClose: () => void; onDone: () => void }) {
  const live = payment.approvals.filter((a) => a.cancellableAmount > 0);
  const [approvalId, setApprovalId] = useState(live.length > 1 ? '' : (live[0]?.approvalId ?? ''));
  const chosen = live.find((a) => a.approvalId === approvalId);
  const whole = chosen?.cancellableAmount ?? payment.cancellableAmount ?? payment.balanceAmount;
  const [amountText, setAmountText] = useState(decimal(whole, payment.currency));
  const [reason, setReason] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [key, setKey] = useState(() => newKey('cancel'));

  const amount = parseAmount(amountText, payment.currency);
  const tooMuch = amount !== undefined && amount > whole;
  const bad = amount === undefined || amount <= 0 || tooMuch;
  const mustType = !bad && amount >= TYPED_FROM;
  const partial = !bad && amount < whole;
  const ready = !bad && reason.trim() !== '' && (!mustType || parseAmount(again, payment.currency) === amount);

  // Another wish is another key; the same one, sent again after a lost answer, is not.
  const change = (set: (text: string) => void) => (e: Event) => {
    set((e.currentTarget as HTMLInputElement).value);
    setKey(newKey('cancel'));
    setProblem(undefined);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setProblem(undefined);
    const body: Record<string, unknown> = { reason: reason.trim(), requester: session.value?.role === 'MERCHANT' ? 'MERCHANT' : 'ADMIN' };
    if (approvalId) body.approvalId = approvalId;
    if (partial) body.amount = amount;
    if (approvalId === '' || live.length === 1) body.expectedCancellableAmount = whole;
    try {
      await write('POST', `/v1/payments/${payment.id}/cancels`, body, key);
      forgetKept();
      onDone();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { status: 0, code: String(error) });
    } finally {
      setBusy(false);
    }
  };
  const plainTaxes = payment.taxFreeAmount === 0 && payment.taxExemptionAmount === 0;
  return (
    <Dialog title={t(w.cancelTitle)} onClose={onClose}>
      <form onSubmit={send} class="form">
        {live.length > 1 && (
          <Field label={t(w.approval)}>
            {(id) => (
              <select id={id} value={approvalId} onChange={(e) => { const to = live.find((a) => a.approvalId === e.currentTarget.value); setApprovalId(e.currentTarget.value); setAmountText(decimal(to?.cancellableAmount ?? payment.balanceAmount, payment.currency)); setKey(newKey('cancel')); }}>
                <option value="">{t(w.allApprovals)}</option>
                {live.map((a) => <option key={a.approvalId} value={a.approvalId}>{`${a.seq}. ${code('method', a.method)} ${money(a.cancellableAmount, payment.currency, lang.value)}`}</option>)}
              </select>
            )}
          </Field>
        )}
        <Field label={t(w.cancelAmount)} hint={t(w.cancelAtMost, money(whole, payment.currency, lang.value))} error={tooMuch ? t(w.cancelTooMuch, money(whole, payment.currency, lang.value)) : amountText !== '' && amount === undefined ? t(w.notAnAmount) : undefined}>
          {(id, by) => <input id={id} class="num" inputMode="decimal" required value={amountText} aria-describedby={by} aria-invalid={bad} onInput={change(setAmountText)} />}
        </Field>
        <Field label={t(w.reason)}>
          {(id) => <input id={id} required maxLength={200} value={reason} placeholder={t(w.cancelReasonHint)} onInput={change(setReason)} />}
        </Field>
        <table class="preview">
          <caption>{t(w.afterwards)}</caption>
          <tbody>
            <tr><th scope="row">{t(w.balanceNow)}</th><td class="num"><Money value={payment.balanceAmount} currency={payment.currency} /></td></tr>
            <tr><th scope="row">{partial ? t(w.partialCancel) : t(w.fullCancel)}</th><td class="num"><Money value={bad ? undefined : -amount} currency={payment.currency} /></td></tr>
            {partial && plainTaxes && <tr class="dim"><th scope="row">{t(w.ofWhichVat)}</th><td class="num"><Money value={bad ? undefined : -vatOf(amount)} currency={payment.currency} /></td></tr>}
            <tr class="strong"><th scope="row">{t(w.balanceThen)}</th><td class="num"><Money value={bad ? undefined : payment.balanceAmount - amount} currency={payment.currency} /></td></tr>
          </tbody>
        </table>
        {mustType && (
          <Field label={t(w.typeAgain, count(amount ?? 0))}>
            {(id) => <input id={id} class="num" inputMode="decimal" required value={again} autocomplete="off" onInput={(e) => setAgain(e.currentTarget.value)} />}
          </Field>
        )}
        {problem && <Failure problem={problem} />}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>{t(w.leaveIt)}</button>
          <button type="submit" class="danger" disabled={!ready || busy}>{bad ? t(w.cancelVerb) : t(w.cancelOf, money(amount, payment.currency, lang.value))}</button>
        </div>
      </form>
    </Dialog>
  );
}
