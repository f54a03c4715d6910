// Holds: merchants whose payouts wait, since when and why.
import { useState } from 'preact/hooks';
import { dayLong } from '../base/format';
import { lang, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { Hold, List } from '../base/money_types';
import { href } from '../base/url';
import { MerchantField } from '../ui/merchant_field';
import { merchantName, useMerchants } from '../ui/merchants';
import { Empty, Field, Loaded, Time, today } from '../ui/parts';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';

function HoldForm({ of, onClose }: { of: Hold | undefined; onClose: () => void }) {
  const placed = !of?.placed;
  const [merchantId, setMerchant] = useState(of?.merchantId ?? '');
  const [from, setFrom] = useState(today());
  const [reason, setReason] = useState('');
  const note = useState('');
  return (
    <ProposeForm kind="HOLD" title={placed ? t('placeHold') : t('liftHold')} note={note} ready={merchantId !== '' && from !== '' && reason.trim() !== ''} body={{ hold: { merchantId, placed, from, reason: reason.trim() } }} onClose={onClose}>
      <p class="dim">{t('holdMeans')}</p>
      <MerchantField id={merchantId} hint={t('nameOrCode')} onPick={setMerchant} />
      <Field label={t('fromDay')}>{(id) => <input id={id} type="date" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} />}</Field>
      <Field label={t('reason')}>{(id) => <input id={id} required maxLength={200} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />}</Field>
    </ProposeForm>
  );
}

/** The newest word about each merchant. */
function newest(items: Hold[]): Hold[] {
  const of = new Map<string, Hold>();
  for (const one of items) if ((of.get(one.merchantId)?.knownAt ?? '') <= one.knownAt) of.set(one.merchantId, one);
  return [...of.values()].sort((a, b) => Number(b.placed) - Number(a.placed) || (a.knownAt < b.knownAt ? 1 : -1));
}

export function Holds() {
  useMerchants();
  const got = useGet<List<Hold>>('/v1/holds');
  const [open, setOpen] = useState<{ of: Hold | undefined }>();
  return (
    <>
      <div class="filter-row open"><button type="button" data-key="act" onClick={() => setOpen({ of: undefined })}>{t('placeHold')}…</button></div>
      <Loaded got={got}>
        {({ items }) => (items.length === 0 ? <Empty title={t('noHolds')}>{t('holdMeans')}</Empty> : (
          <Table caption={t('holds')} rows={newest(items)} keyOf={(h) => h.merchantId} columns={[
            { id: 'm', label: t('merchant'), card: 'title', cell: (h) => <a href={href('/payouts', { merchant: h.merchantId })}>{merchantName(h.merchantId)}</a> },
            { id: 's', label: t('state'), card: 'lead', cell: (h) => <span class={`badge ${h.placed ? 'warn' : 'good'}`}>{h.placed ? t('onHold') : t('liftedHold')}</span> },
            { id: 'f', label: t('fromDay'), cell: (h) => <span class="tab">{dayLong(h.from, lang.value)}</span> },
            { id: 'r', label: t('reason'), wide: true, cell: (h) => h.reason },
            { id: 'k', label: t('knownAt'), cell: (h) => <Time at={h.knownAt} /> },
            { id: 'a', label: t('action'), cell: (h) => h.placed && <button type="button" onClick={() => setOpen({ of: h })}>{t('liftHold')}…</button> },
          ]} />
        ))}
      </Loaded>
      {open && <HoldForm of={open.of} onClose={() => setOpen(undefined)} />}
    </>
  );
}
