// One payment, everything about it: what happened when, by whom and why; the money in its four tax parts; each
// approval and cancel; how it was settled; the proof that it stands in the book.
import { useState } from 'preact/hooks';
import { getText, problemOf, session } from '../base/api';
import { download } from '../base/csv';
import { ZONE, daySeoul, money } from '../base/format';
import { code, lang, problemWords, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Approval, Cancel, EventPage, LifeStep, Lifecycle, Payment, TaxParts } from '../base/types';
import { href, place, setQuery } from '../base/url';
import { merchantName } from '../ui/merchants';
import { Pill, useHeld } from '../ui/held';
import { Badge, Copy, Day, Empty, Failure, Fresh, Head, Id, Money, Panel, Skeleton, Status, Time, toneOf } from '../ui/parts';
import { Table } from '../ui/table';
import { CancelDialog } from './cancel';
import { LinesOfPayment } from './settlement_lines';

const LIVE_MS = 3000;

// ---- money ----

type Part = keyof Required<TaxParts>;
const PARTS: [Part, w.Word][] = [['suppliedAmount', w.suppliedAmount], ['vat', w.vat], ['taxFreeAmount', w.taxFreeAmount], ['taxExemptionAmount', w.taxExemptionAmount]];

/** What is left of a part; of a payment that nothing was canceled of, all of it. */
function leftOf(payment: Payment, part: Part): number | undefined {
  return payment.balance?.[part] ?? (payment.balanceAmount === payment.totalAmount ? payment[part] : undefined);
}

function canceledOf(payment: Payment, part: Part): number | undefined {
  const left = leftOf(payment, part);
  return left === undefined ? undefined : payment[part] - left;
}

function MoneyPanel({ payment }: { payment: Payment }) {
  const cells = (total: number, canceled: number | undefined, left: number | undefined) => (
    <>
      <td class="num"><Money value={total} currency={payment.currency} /></td>
      <td class="num">{canceled ? <Money value={-canceled} currency={payment.currency} /> : <span class="dim none">–</span>}</td>
      <td class="num"><Money value={left} currency={payment.currency} /></td>
    </>
  );
  return (
    <Panel flush title={t(w.money)}>
      <div class="table-box" tabIndex={0} role="region" aria-label={t(w.money)}>
        <table class="plain">
          <caption class="sr">{t(w.money)}</caption>
          <thead>
            <tr><th scope="col">{t(w.part)}</th><th scope="col" class="num">{t(w.paid)}</th><th scope="col" class="num">{t(w.canceled)}</th><th scope="col" class="num">{t(w.balance)}</th></tr>
          </thead>
          <tbody>
            {PARTS.map(([part, word]) => (
              <tr key={part}><th scope="row">{t(word)}</th>{cells(payment[part], canceledOf(payment, part), leftOf(payment, part))}</tr>
            ))}
          </tbody>
          <tfoot>
            <tr><th scope="row">{t(w.total)}</th>{cells(payment.totalAmount, payment.totalAmount - payment.balanceAmount, payment.balanceAmount)}</tr>
          </tfoot>
        </table>
      </div>
    </Panel>
  );
}

// ---- approvals and cancels ----

function methodText(a: Approval): string {
  const card = a.card ?? a.easyPay?.card;
  const months = card?.installmentMonths ?? 0;
  const parts = [
    a.easyPay?.provider,
    card?.issuerCode && code('issuer', card.issuerCode),
    card?.last4 && `•••• ${card.last4}`,
    card && (months === 0 ? t(w.lumpSum) : t(w.months, months)),
    a.virtualAccount?.bankCode,
    a.virtualAccount?.holder,
    a.transfer?.bankCode,
    a.mobilePhone?.carrier,
    a.giftCertificate?.kind,
  ];
  return parts.filter(Boolean).join(' · ');
}

function Why({ of }: { of: { failureCode?: string; failureMessage?: string; pursuit?: { attempts?: number; nextAttemptAt?: string; gaveUp?: boolean } } }) {
  return (
    <>
      {of.failureCode && <span class="dim small-text">{of.failureCode} {of.failureMessage}</span>}
      {of.pursuit && <span class="dim small-text">{of.pursuit.gaveUp ? t(w.gaveUp, of.pursuit.attempts ?? 0) : t(w.asking, of.pursuit.attempts ?? 0)}</span>}
    </>
  );
}

function Approvals({ payment }: { payment: Payment }) {
  return (
    <Panel flush title={t(w.approvals)}>
      {payment.approvals.length === 0 ? <Empty title={t(w.noApprovals)}>{t(w.comesByItself)}</Empty> : (
        <Table
          caption={t(w.approvals)}
          rows={payment.approvals}
          keyOf={(a) => a.approvalId}
          columns={[
            { label: t(w.method), wide: true, card: 'title', cell: (a) => <span class="two"><span>{code('method', a.method)}</span><span class="dim small-text">{methodText(a)}</span></span> },
            { label: t(w.status), cell: (a) => <span class="two"><Badge kind="approvalState" value={a.state} /><Why of={a} /></span> },
            { label: t(w.approveNo), cell: (a) => <span class="tab">{a.approveNo ?? '–'}</span> },
            { label: t(w.acquisition), cell: (a) => code('acquire', a.acquireStatus) },
            { label: t(w.approvedAt), zone: true, cell: (a) => <Time at={a.approvedAt ?? a.depositedAt} /> },
            { label: t(w.amount), num: true, card: 'lead', cell: (a) => <Money value={a.amount} currency={payment.currency} /> },
            { label: t(w.cancellable), num: true, cell: (a) => <Money value={a.cancellableAmount} currency={payment.currency} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Cancels({ payment }: { payment: Payment }) {
  if (payment.cancels.length === 0) return null;
  const vat = (c: Cancel) => <Money value={c.vat} currency={payment.currency} />;
  return (
    <Panel flush title={t(w.cancels)}>
      <Table
        caption={t(w.cancels)}
        rows={payment.cancels}
        keyOf={(c) => c.cancelId}
        columns={[
          { label: t(w.kind), cell: (c) => code('cancelKind', c.kind) },
          { label: t(w.status), cell: (c) => <span class="two"><Badge kind="cancelStatus" value={c.status} /><Why of={c} /></span> },
          { label: t(w.reason), wide: true, card: 'title', cell: (c) => <span class="two"><span>{c.reason ?? '–'}</span><span class="dim small-text">{code('actor', c.requester)}</span></span> },
          { label: t(w.canceledAt), zone: true, cell: (c) => <Time at={c.canceledAt ?? c.requestedAt} /> },
          { label: t(w.ofWhichVat), num: true, cell: vat },
          { label: t(w.amount), num: true, card: 'lead', cell: (c) => <Money value={-c.amount} currency={payment.currency} /> },
          { label: t(w.balanceAfter), num: true, cell: (c) => <Money value={c.balanceAfter} currency={payment.currency} /> },
        ]}
      />
    </Panel>
  );
}

// ---- the timeline ----

const STEP_TONES: Record<string, string> = {
  'approval.approved': 'good', 'deposit.confirmed': 'good', 'approval.declined': 'bad', 'approval.unknown': 'bad',
  'cancel.succeeded': 'warn', 'cancel.failed': 'bad', 'cancel.unknown': 'bad', 'payment.failed': 'bad', 'incident.opened': 'bad',
  'command.refused': 'warn', 'deposit.reversed': 'warn', 'network_cancel.confirmed': 'warn',
};
const LESSENS = new Set(['cancel.succeeded', 'deposit.reversed', 'network_cancel.confirmed']);

function Step({ step, currency, before }: { step: LifeStep; currency: string; before: LifeStep | undefined }) {
  const changed = before !== undefined && before.status !== step.status;
  const amount = step.amount === undefined ? undefined : LESSENS.has(step.type) ? -step.amount : step.amount;
  return (
    <li class={STEP_TONES[step.type]}>
      <div class="step-head">
        <strong>{code('event', step.type)}</strong>
        {changed && <Badge kind="status" value={step.status} />}
        {amount !== undefined && <span class="step-money"><Money value={amount} currency={currency} /></span>}
      </div>
      <p class="dim small-text">
        <Time at={step.occurredAt ?? step.recordedAt} full /> · {code('actor', step.actor.kind)}
        {step.actor.id && <> <code title={step.actor.id}>{step.actor.id.length > 16 ? `…${step.actor.id.slice(-6)}` : step.actor.id}</code></>}
        {step.occurredAt && Date.parse(step.recordedAt) - Date.parse(step.occurredAt) > 60_000 && <> · {t(w.recordedAt)} <Time at={step.recordedAt} /></>}
      </p>
      {step.reason && <p class="step-reason">{step.reason}</p>}
      {changed && step.balanceAmount !== undefined && <p class="dim small-text">{t(w.balance)} {money(step.balanceAmount, currency, lang.value)}</p>}
      <p class="dim small-text step-place" title={`${t(w.position)} ${step.position}`}>
        {t(w.version)} {step.version} · <code>{step.position}</code>
      </p>
    </li>
  );
}

function Timeline({ life, of }: { life: Lifecycle; of: string }) {
  const newestFirst = life.steps.map((step, i) => ({ step, before: life.steps[i - 1] })).reverse();
  const held = useHeld(of, newestFirst, (one) => one.step.eventId);
  return (
    <Panel title={t(w.timeline)} aside={held.waiting > 0 ? <Pill of={held} /> : <span class="dim small-text">{t(w.stepCount, life.steps.length)} · {ZONE}</span>}>
      <ol class="timeline live">
        {held.rows.map(({ step, before }) => <Step key={step.eventId} step={step} before={before} currency={life.payment.currency} />)}
      </ol>
    </Panel>
  );
}

// ---- about, raw events ----

function About({ payment }: { payment: Payment }) {
  const operator = session.value?.role === 'OPERATOR';
  const rows: [string, preact.ComponentChildren][] = [
    [t(w.paymentId), <><Id id={payment.id} whole /> <Copy text={payment.id} /></>],
    [t(w.orderId), <><code>{payment.orderId}</code> <Copy text={payment.orderId} /></>],
  ];
  if (operator) rows.push([t(w.merchant), <a href={href('/payments', { merchantId: payment.merchantId })}>{merchantName(payment.merchantId)}</a>]);
  if (payment.buyer?.name) rows.push([t(w.buyer), payment.buyer.name]);
  if (payment.buyer?.phone) rows.push([t(w.phone), <span class="tab">{payment.buyer.phone}</span>]);
  if (payment.buyer?.email) rows.push([t(w.email), payment.buyer.email]);
  rows.push([t(w.channel), code('channel', payment.channel)]);
  rows.push([t(w.requestedAt), <Time at={payment.requestedAt} zone />]);
  rows.push([t(w.approvedAt), <Time at={payment.approvedAt} zone />]);
  if (payment.expiresAt) rows.push([t(w.expiresAt), <Time at={payment.expiresAt} zone />]);
  if (payment.customerKey) rows.push([t(w.customerKey), <code>{payment.customerKey}</code>]);
  if (payment.external?.pgName) rows.push([t(w.provider), payment.external.pgName]);
  for (const [name, value] of Object.entries(payment.metadata ?? {})) rows.push([name, value]);
  return (
    <Panel title={t(w.about)}>
      <dl class="facts">
        {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
    </Panel>
  );
}

function RawEvents({ id }: { id: string }) {
  const got = useGet<EventPage>(`/v1/payments/${id}/events?limit=500`);
  if (got.problem) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  return (
    <Panel title={t(w.rawEvents)} aside={<Copy text={JSON.stringify(got.data.events, null, 2)} label={t(w.rawEvents)} />}>
      {got.data.events.map((e) => (
        <details key={e.id} class="raw">
          <summary><code>{e.type.replace('com.wonjang.', '')}</code> <span class="dim"><Time at={e.recordedtime} zone /></span></summary>
          <pre tabIndex={0}>{JSON.stringify(e, null, 2)}</pre>
        </details>
      ))}
      {got.data.hasMore && <p class="note">{t(w.moreEvents)}</p>}
    </Panel>
  );
}

function ProofButton({ id }: { id: string }) {
  const [failed, setFailed] = useState('');
  const save = async () => {
    setFailed('');
    try {
      download(`${id}.proof`, [await getText(`/v1/payments/${id}/proof`)], 'text/plain;charset=utf-8');
    } catch (error) {
      setFailed(problemWords(problemOf(error)).what);
    }
  };
  return (
    <>
      <button type="button" onClick={save} title={t(w.proofHint)}>{t(w.proof)}</button>
      {failed && <span class="badge bad" role="alert">{failed}</span>}
    </>
  );
}

export function PaymentScreen({ id }: { id: string }) {
  const got = useGet<Lifecycle>(`/v1/payments/${id}/lifecycle`, LIVE_MS);
  const [canceling, setCanceling] = useState(false);
  const raw = place.value.query.get('tab') === 'events';
  if (!got.data) {
    return (
      <>
        <Head title={t(w.payment)} sub={<Id id={id} whole />} />
        {got.problem ? <Failure problem={got.problem} retry={got.refresh} /> : <Skeleton rows={10} />}
      </>
    );
  }
  const payment = got.data.payment;
  const cancellable = (payment.cancellableAmount ?? 0) > 0;
  return (
    <>
      <Head
        title={<>{payment.orderName ?? payment.orderId} <Status value={payment.status} inDoubt={payment.inDoubt} /></>}
        sub={<>{payment.buyer?.name ?? '–'} · <Day at={payment.requestedAt && daySeoul(Date.parse(payment.requestedAt))} long /> · <Fresh seen={got.data.seen} at={got.at} /></>}
      >
        {cancellable && <button type="button" data-key="act" onClick={() => setCanceling(true)}>{t(w.cancelVerb)}…</button>}
        <ProofButton id={payment.id} />
        <button type="button" aria-pressed={raw} onClick={() => setQuery({ tab: raw ? undefined : 'events' })}>{t(w.rawEvents)}</button>
      </Head>
      <dl class="kpis">
        <div class="kpi"><dt>{t(w.balance)}</dt><dd><Money value={payment.balanceAmount} currency={payment.currency} /></dd></div>
        <div class="kpi"><dt>{t(w.paid)}</dt><dd><Money value={payment.totalAmount} currency={payment.currency} /></dd></div>
        <div class="kpi"><dt>{t(w.canceled)}</dt><dd><Money value={payment.balanceAmount - payment.totalAmount} currency={payment.currency} /></dd></div>
        <div class="kpi"><dt>{t(w.status)}</dt><dd class={`word ${toneOf(payment.status)}`}>{code('status', payment.status)}</dd></div>
      </dl>
      {raw && <RawEvents key={payment.version} id={payment.id} />}
      <div class="split">
        <div class="stack">
          <MoneyPanel payment={payment} />
          <Approvals payment={payment} />
          <Cancels payment={payment} />
          <LinesOfPayment id={payment.id} />
          <About payment={payment} />
        </div>
        <Timeline life={got.data} of={got.turn} />
      </div>
      {canceling && <CancelDialog payment={payment} onClose={() => setCanceling(false)} onDone={() => { setCanceling(false); got.refresh(); }} />}
    </>
  );
}
