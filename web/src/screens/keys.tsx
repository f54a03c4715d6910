// API keys: who may what, made here and shown once, revoked here.
import { useState } from 'preact/hooks';
import { ApiError, type Problem, session, write } from '../base/api';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { ApiKey, Page } from '../base/types';
import { Badge, Copy, Dialog, Empty, Failure, Field, Head, Id, Skeleton, Time } from '../ui/parts';
import { Table } from '../ui/table';
import { FormDialog } from '../ui/act';
import { MerchantField } from '../ui/merchant_field';
import { merchantName } from '../ui/merchants';

function MakeKey({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const operator = session.value?.role === 'OPERATOR';
  const [scope, setScope] = useState(operator ? 'operator' : 'merchant');
  const [merchantId, setMerchant] = useState('');
  const [label, setLabel] = useState('');
  const [made, setMade] = useState<ApiKey>();
  const ofMerchant = operator && scope !== 'operator';
  if (made) {
    return (
      <Dialog title={t(w.keyMade)} onClose={onClose}>
        <p class="note">{t(w.keyOnce)}</p>
        <pre tabIndex={0} class="secret">{made.secret}</pre>
        <div class="dialog-actions">
          <Copy text={made.secret ?? ''} label={t(w.apiKey)} />
          <button type="button" class="primary" onClick={onClose}>{t(w.keyKept)}</button>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog<ApiKey> title={t(w.makeKey)} submit={t(w.makeKey)} what="key" path="/v1/api-keys" ready={scope !== 'merchant' || !operator || merchantId !== ''} body={{ scopes: [scope], label: label.trim() || undefined, merchantId: (ofMerchant && merchantId) || undefined }} onClose={onClose} onDone={(key) => { setMade(key); onDone(); }}>
      <Field label={t(w.scope)}>
        {(id) => (
          <select id={id} value={scope} onChange={(e) => setScope(e.currentTarget.value)}>
            {(operator ? ['operator', 'merchant', 'ingest'] : ['merchant']).map((s) => <option key={s} value={s}>{code('scope', s)}</option>)}
          </select>
        )}
      </Field>
      {ofMerchant && <MerchantField id={merchantId} hint={t(w.nameOrCode)} onPick={setMerchant} />}
      <Field label={t(w.label)} hint={t(w.labelHint)}>{(id, by) => <input id={id} maxLength={64} aria-describedby={by} value={label} onInput={(e) => setLabel(e.currentTarget.value)} />}</Field>
    </FormDialog>
  );
}

function Revoke({ apiKey, onClose, onDone }: { apiKey: ApiKey; onClose: () => void; onDone: () => void }) {
  const [problem, setProblem] = useState<Problem>();
  const mine = apiKey.id === session.value?.keyId;
  const send = async () => {
    try {
      await write('POST', `/v1/api-keys/${apiKey.id}/revoke`, undefined, `console-revoke-${apiKey.id}`);
      onDone();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { status: 0, code: String(error) });
    }
  };
  return (
    <Dialog title={t(w.revokeTitle)} onClose={onClose}>
      <p>{t(w.revokeMeans)} <Id id={apiKey.id} whole /> {apiKey.label}</p>
      {mine && <p class="note">{t(w.revokeMine)}</p>}
      {problem && <Failure problem={problem} />}
      <div class="dialog-actions">
        <button type="button" onClick={onClose}>{t(w.leaveIt)}</button>
        <button type="button" class="danger" onClick={send}>{t(w.revoke)}</button>
      </div>
    </Dialog>
  );
}

export function Keys() {
  const got = useGet<Page & { apiKeys: ApiKey[] }>('/v1/api-keys?limit=1000');
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const operator = session.value?.role === 'OPERATOR';
  const rows = [...(got.data?.apiKeys ?? [])].reverse();
  return (
    <>
      <Head title={t(w.apiKeys)}>
        <button type="button" class="primary" data-key="act" onClick={() => setMaking(true)}>{t(w.makeKey)}…</button>
      </Head>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton />}
      {got.data && rows.length === 0 && <Empty title={t(w.noKeys)}><button type="button" class="primary" onClick={() => setMaking(true)}>{t(w.makeKey)}…</button></Empty>}
      {rows.length > 0 && (
        <Table
          caption={t(w.apiKeys)}
          rows={rows}
          keyOf={(k) => k.id}
          columns={[
            { label: t(w.label), card: 'title', wide: true, cell: (k) => <>{k.label ?? <span class="dim">{t(w.noLabel)}</span>} {k.id === session.value?.keyId && <span class="badge info">{t(w.thisSession)}</span>}</> },
            { label: t(w.keyId), cell: (k) => <Id id={k.id} /> },
            { label: t(w.scope), cell: (k) => (k.scopes ?? []).map((s) => code('scope', s)).join(', ') },
            ...(operator ? [{ label: t(w.merchant), cell: (k: ApiKey) => (k.merchantId ? merchantName(k.merchantId) : <span class="dim none">–</span>) }] : []),
            { label: t(w.made), zone: true, cell: (k) => <span class="two"><Time at={k.createdAt} />{k.createdBy && <Id id={k.createdBy} />}</span> },
            { label: t(w.expiresAt), zone: true, cell: (k) => <Time at={k.expiresAt} /> },
            { label: t(w.status), card: 'lead', cell: (k) => <Badge kind="keyStatus" value={k.status} /> },
            { label: t(w.action), cell: (k) => (k.status === 'ACTIVE' ? <button type="button" class="small" onClick={() => setRevoking(k)}>{t(w.revoke)}…</button> : null) },
          ]}
        />
      )}
      {got.data?.hasMore && <p class="note">{t(w.first1000)}</p>}
      {making && <MakeKey onClose={() => setMaking(false)} onDone={got.refresh} />}
      {revoking && <Revoke apiKey={revoking} onClose={() => setRevoking(undefined)} onDone={() => { setRevoking(undefined); got.refresh(); }} />}
    </>
  );
}
