// Payments whose outcome nobody knows yet: what the resolver is still asking, and what waits for a person, with
// the evidence there is and the form that settles it.
import { useState } from 'preact/hooks';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useAgain, useGet } from '../base/live';
import type { EventPage, LedgerEvent, Page, Payment } from '../base/types';
import { href, place } from '../base/url';
import { FormDialog } from '../ui/act';
import { Badge, Empty, Failure, Field, Fresh, Head, Id, Money, Pages, Skeleton, Tabs, Time, paged } from '../ui/parts';
import { LiveTable } from '../ui/held';
import { merchantName } from '../ui/merchants';

interface Doubt {
  inDoubtSince?: string;
  nextAttemptAt?: string;
  payment: Payment;
}

type Open = { approvalId?: string; cancelId?: string; amount: number; provider?: string | undefined; gaveUp: boolean; attempts: number };

/** The one approval or cancel of a payment that is open. */
function openOf(p: Payment): Open | undefined {
  const approval = p.approvals.find((a) => ['UNKNOWN', 'REQUESTED', 'REVERSING'].includes(a.state));
  if (approval) return { approvalId: approval.approvalId, amount: approval.amount, provider: approval.provider, gaveUp: approval.pursuit?.gaveUp ?? false, attempts: approval.pursuit?.attempts ?? 0 };
  const cancel = p.cancels.find((c) => ['UNKNOWN', 'REQUESTED'].includes(c.status));
  return cancel && { cancelId: cancel.cancelId, amount: cancel.amount, gaveUp: cancel.pursuit?.gaveUp ?? false, attempts: cancel.pursuit?.attempts ?? 0 };
}

const PAGE = 50;

// What tells of an outcome that is looked for: asked for by type, when somebody opens it, and again when there is more.
const TELLING = 'approval.requested,approval.unknown,cancel.requested,cancel.unknown,provider.asked,network_cancel.requested,network_cancel.confirmed,incident.opened';
const TOLD = 50;

function Evidence({ id, version }: { id: string; version: number }) {
  const got = useGet<EventPage>(`/v1/payments/${id}/events?limit=${TOLD}&types=${TELLING}`);
  useAgain(got, String(version));
  if (got.problem) return <Failure problem={got.problem} />;
  if (!got.data) return <Skeleton rows={2} />;
  const { events, hasMore } = got.data;
  const said = (e: LedgerEvent) => [e.data.question && code('question', e.data.question), e.data.answer && code('answer', e.data.answer), e.data.result, e.data.failureCode, e.data.failureMessage, e.data.why, e.data.detail].filter(Boolean).join(' · ');
  return (
    <ol class="evidence">
      {events.map((e) => (
        <li key={e.id}>
          <Time at={e.recordedtime ?? e.time} /> <strong>{code('event', e.type.replace('com.wonjang.', ''))}</strong> {e.data.attempt !== undefined && t(w.attempt, e.data.attempt)} <span class="dim">{said(e)}</span>
          {e.data.evidence && <pre tabIndex={0}>{String(e.data.evidence)}</pre>}
        </li>
      ))}
      {events.length === 0 && <li class="dim">{t(w.noEvidence)}</li>}
      {hasMore && <li><a href={href(`/payments/${id}`, { tab: 'events' })}>{t(w.rawEvents)}</a></li>}
    </ol>
  );
}

function Settle({ doubt, onClose, onDone }: { doubt: Doubt; onClose: () => void; onDone: () => void }) {
  const open = openOf(doubt.payment);
  const outcomes = open?.cancelId ? ['CANCELED', 'DECLINED', 'NEVER_EXISTED'] : ['APPROVED', 'DECLINED', 'CANCELED', 'NEVER_EXISTED'];
  const [outcome, setOutcome] = useState('');
  const [reason, setReason] = useState('');
  const [evidence, setEvidence] = useState('');
  const [approveNo, setApproveNo] = useState('');
  const body: Record<string, unknown> = { outcome, reason: reason.trim(), evidence: evidence.trim(), expectedVersion: doubt.payment.version };
  if (open?.approvalId) body.approvalId = open.approvalId;
  if (open?.cancelId) body.cancelId = open.cancelId;
  if (outcome === 'APPROVED' && approveNo.trim()) body.approveNo = approveNo.trim();
  const ready = open !== undefined && outcome !== '' && reason.trim() !== '' && evidence.trim() !== '';
  return (
    <FormDialog title={t(w.settleTitle)} submit={t(w.settleIt)} what="settle" path={`/v1/payments/${doubt.payment.id}/resolutions`} body={body} ready={ready} onClose={onClose} onDone={onDone}>
      <p class="dim">{t(w.settleHow)}</p>
      <Evidence id={doubt.payment.id} version={doubt.payment.version} />
      <Field label={t(w.outcome)}>
        {(id) => (
          <select id={id} required value={outcome} onChange={(e) => setOutcome(e.currentTarget.value)}>
            <option value="">{t(w.choose)}</option>
            {outcomes.map((o) => <option key={o} value={o}>{code('outcome', o)}</option>)}
          </select>
        )}
      </Field>
      {outcome === 'APPROVED' && <Field label={t(w.approveNo)}>{(id) => <input id={id} maxLength={8} value={approveNo} onInput={(e) => setApproveNo(e.currentTarget.value)} />}</Field>}
      <Field label={t(w.reason)} hint={t(w.settleReasonHint)}>{(id, by) => <input id={id} required maxLength={200} aria-describedby={by} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />}</Field>
      <Field label={t(w.evidence)} hint={t(w.settleEvidenceHint)}>{(id, by) => <textarea id={id} required rows={3} maxLength={2000} aria-describedby={by} value={evidence} onInput={(e) => setEvidence(e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

export function InDoubt() {
  const waiting = place.value.query.get('waiting') ?? 'person';
  const got = useGet<Page & { payments: Doubt[] }>(paged(`/v1/in-doubt?waiting=${waiting}`, PAGE, 'after'), 3000);
  const [opened, setOpened] = useState('');
  const [settling, setSettling] = useState<Doubt>();
  const rows = got.data?.payments ?? [];
  return (
    <>
      <Head title={t(w.inDoubtQueue)} sub={<>{t(w.inDoubtIs)} <Fresh at={got.at} /></>} />
      <Tabs current={waiting} hrefOf={(id) => href('/in-doubt', { waiting: id })} tabs={[{ id: 'person', label: t(w.waitingForPerson) }, { id: 'resolver', label: t(w.beingAsked) }]} />
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton />}
      {got.data && rows.length === 0 && <Empty title={t(w.noneInDoubt)}>{t(w.noneInDoubtMore)}</Empty>}
      {rows.length > 0 && (
        <LiveTable
          of={got.turn}
          whole={!got.data?.hasMore && !place.value.query.get('after')}
          caption={t(w.inDoubtQueue)}
          rows={rows}
          keyOf={(d) => d.payment.id}
          detail={(d) => opened === d.payment.id && <Evidence id={d.payment.id} version={d.payment.version} />}
          columns={[
            { label: t(w.since), zone: true, cell: (d) => <Time at={d.inDoubtSince} /> },
            { label: t(w.payment), card: 'title', wide: true, cell: (d) => <a href={href(`/payments/${d.payment.id}`)}>{d.payment.orderName ?? d.payment.orderId} <Id id={d.payment.id} /></a> },
            { label: t(w.merchant), clip: true, cell: (d) => merchantName(d.payment.merchantId) },
            { label: t(w.open), cell: (d) => (openOf(d.payment)?.cancelId ? t(w.cancels) : t(w.approval)) },
            { label: t(w.tries), num: true, cell: (d) => openOf(d.payment)?.attempts ?? 0 },
            { label: t(w.nextTry), zone: true, cell: (d) => (openOf(d.payment)?.gaveUp ? <span class="badge bad">{t(w.waitsForYou)}</span> : <Time at={d.nextAttemptAt} />) },
            { label: t(w.status), cell: (d) => <Badge kind="status" value={d.payment.status} /> },
            { label: t(w.amount), num: true, card: 'lead', cell: (d) => <Money value={openOf(d.payment)?.amount ?? d.payment.totalAmount} currency={d.payment.currency} /> },
            { label: t(w.action), cell: (d) => (
              <>
                <button type="button" class="small" aria-expanded={opened === d.payment.id} onClick={() => setOpened(opened === d.payment.id ? '' : d.payment.id)}>{t(w.evidence)}</button>{' '}
                {openOf(d.payment)?.gaveUp && <button type="button" class="small" onClick={() => setSettling(d)}>{t(w.settleIt)}…</button>}
              </>
            ) },
          ]}
        />
      )}
      <Pages next={got.data?.hasMore ? got.data.nextCursor : undefined} name="after" />
      {settling && <Settle doubt={settling} onClose={() => setSettling(undefined)} onDone={() => { setSettling(undefined); got.refresh(); }} />}
    </>
  );
}
