// API keys: who may what, made here and shown once, revoked here.
import { useState } from 'preact/hooks';
import { ApiError, type Problem, newKey, session, write } from '../base/api';
import { code, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { ApiKey, Page } from '../base/types';
import { Badge, Copy, Dialog, Empty, Failure, Field, Head, Id, Skeleton, Time } from '../ui/parts';
import { Table } from '../ui/table';
import { merchantName, merchantOf, merchants, useMerchants } from '../ui/merchants';

function MakeKey({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const operator = session.value?.role === 'OPERATOR';
  const [scope, setScope] = useState(operator ? 'operator' : 'merchant');
  const [merchant, setMerchant] = useState('');
  const [label, setLabel] = useState('');
  const [made, setMade] = useState<ApiKey>();
  const [problem, setProblem] = useState<Problem>();
  const [key] = useState(() => newKey('key'));
  const send = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    const body: Record<string, unknown> = { scopes: [scope] };
    if (label.trim()) body.label = label.trim();
    if (operator && scope === 'merchant') body.merchantId = merchantOf(merchant) ?? merchant.trim();
    try {
      setMade(await write<ApiKey>('POST', '/v1/api-keys', body, `${key}-${scope}-${merchant.length}-${label.length}`));
      onDone();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { status: 0, code: String(error) });
    }
  };
  if (made) {
    return (
      <Dialog title={t('keyMade')} onClose={onClose}>
        <p class="note">{t('keyOnce')}</p>
        <pre tabIndex={0} class="secret">{made.secret}</pre>
        <div class="dialog-actions">
          <Copy text={made.secret ?? ''} label={t('apiKey')} />
          <button type="button" class="primary" onClick={onClose}>{t('keyKept')}</button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t('makeKey')} onClose={onClose}>
      <form class="form" onSubmit={send}>
        <Field label={t('scope')}>
          {(id) => (
            <select id={id} value={scope} onChange={(e) => setScope(e.currentTarget.value)}>
              {(operator ? ['operator', 'merchant', 'ingest'] : ['merchant']).map((s) => <option key={s} value={s}>{code('scope', s)}</option>)}
            </select>
          )}
        </Field>
        {operator && scope === 'merchant' && (
          <Field label={t('merchant')}>
            {(id) => (
              <>
                <input id={id} required list={`${id}-l`} value={merchant} onInput={(e) => setMerchant(e.currentTarget.value)} />
                <datalist id={`${id}-l`}>{[...merchants.value.values()].map((m) => <option key={m.id} value={m.name ?? m.code}>{m.code}</option>)}</datalist>
              </>
            )}
          </Field>
        )}
        <Field label={t('label')} hint={t('labelHint')}>{(id, by) => <input id={id} maxLength={64} aria-describedby={by} value={label} onInput={(e) => setLabel(e.currentTarget.value)} />}</Field>
        {problem && <Failure problem={problem} />}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>{t('leaveIt')}</button>
          <button type="submit" class="primary">{t('makeKey')}</button>
        </div>
      </form>
    </Dialog>
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
    <Dialog title={t('revokeTitle')} onClose={onClose}>
      <p>{t('revokeMeans')} <Id id={apiKey.id} whole /> {apiKey.label}</p>
      {mine && <p class="note">{t('revokeMine')}</p>}
      {problem && <Failure problem={problem} />}
      <div class="dialog-actions">
        <button type="button" onClick={onClose}>{t('leaveIt')}</button>
        <button type="button" class="danger" onClick={send}>{t('revoke')}</button>
      </div>
    </Dialog>
  );
}

export function Keys() {
  useMerchants();
  const got = useGet<Page & { apiKeys: ApiKey[] }>('/v1/api-keys?limit=1000');
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const operator = session.value?.role === 'OPERATOR';
  const rows = [...(got.data?.apiKeys ?? [])].reverse();
  return (
    <>
      <Head title={t('apiKeys')}>
        <button type="button" class="primary" data-key="act" onClick={() => setMaking(true)}>{t('makeKey')}…</button>
      </Head>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton />}
      {got.data && rows.length === 0 && <Empty title={t('noKeys')} />}
      {rows.length > 0 && (
        <Table
          caption={t('apiKeys')}
          rows={rows}
          keyOf={(k) => k.id}
          columns={[
            { id: 'l', label: t('label'), card: 'title', wide: true, cell: (k) => <>{k.label ?? <span class="dim">{t('noLabel')}</span>} {k.id === session.value?.keyId && <span class="badge info">{t('thisSession')}</span>}</> },
            { id: 'i', label: t('keyId'), cell: (k) => <Id id={k.id} /> },
            { id: 's', label: t('scope'), cell: (k) => (k.scopes ?? []).map((s) => code('scope', s)).join(', ') },
            ...(operator ? [{ id: 'm', label: t('merchant'), cell: (k: ApiKey) => (k.merchantId ? merchantName(k.merchantId) : <span class="dim none">–</span>) }] : []),
            { id: 'c', label: t('made'), cell: (k) => <Time at={k.createdAt} /> },
            { id: 'e', label: t('expiresAt'), cell: (k) => <Time at={k.expiresAt} /> },
            { id: 'st', label: t('status'), card: 'lead', cell: (k) => <Badge kind="keyStatus" value={k.status} /> },
            { id: 'a', label: t('action'), cell: (k) => (k.status === 'ACTIVE' ? <button type="button" class="small" onClick={() => setRevoking(k)}>{t('revoke')}…</button> : null) },
          ]}
        />
      )}
      {got.data?.hasMore && <p class="note">{t('first1000')}</p>}
      {making && <MakeKey onClose={() => setMaking(false)} onDone={got.refresh} />}
      {revoking && <Revoke apiKey={revoking} onClose={() => setRevoking(undefined)} onDone={() => { setRevoking(undefined); got.refresh(); }} />}
    </>
  );
}
