// Holds: merchants whose payouts wait, since when and why.
import { useState } from 'preact/hooks';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Hold, List } from '../base/money_types';
import { href } from '../base/url';
import { MerchantField } from '../ui/merchant_field';
import { merchantName } from '../ui/merchants';
import { Day, Empty, Field, Loaded, Time, today } from '../ui/parts';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';

function HoldForm({ of, onClose }: { of: Hold | undefined; onClose: () => void }) {
  const placed = !of?.placed;
  const [merchantId, setMerchant] = useState(of?.merchantId ?? '');
  const [from, setFrom] = useState(today());
  const [reason, setReason] = useState('');
  const note = useState('');
  return (
    <ProposeForm kind="HOLD" title={placed ? t(w.placeHold) : t(w.liftHold)} note={note} ready={merchantId !== '' && from !== '' && reason.trim() !== ''} body={{ hold: { merchantId, placed, from, reason: reason.trim() } }} onClose={onClose}>
      <p class="dim">{t(w.holdMeans)}</p>
      <MerchantField id={merchantId} hint={t(w.nameOrCode)} onPick={setMerchant} />
      <Field label={t(w.fromDay)}>{(id) => <input id={id} type="date" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} />}</Field>
      <Field label={t(w.reason)}>{(id) => <input id={id} required maxLength={200} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />}</Field>
    </ProposeForm>
  );
}

/** What was said about merchants, the last word first; one that isn't a merchant's last is history. */
function told(items: Hold[]): (Hold & { isLast: boolean })[] {
  const seen = new Set<string>();
  return [...items].reverse().map((one) => ({ ...one, isLast: seen.size < seen.add(one.merchantId).size }));
}

export function Holds() {
  const got = useGet<List<Hold>>('/v1/holds');
  const [open, setOpen] = useState<{ of: Hold | undefined }>();
  return (
    <>
      <div class="filter-row open"><button type="button" data-key="act" onClick={() => setOpen({ of: undefined })}>{t(w.placeHold)}…</button></div>
      <Loaded got={got}>
        {({ items }) => (items.length === 0 ? <Empty title={t(w.noHolds)}>{t(w.holdMeans)}</Empty> : (
          <Table caption={t(w.holds)} rows={told(items)} keyOf={(h) => h.changeId} columns={[
            { label: t(w.merchant), card: 'title', cell: (h) => <a href={href('/payouts', { merchant: h.merchantId })}>{merchantName(h.merchantId)}</a> },
            { label: t(w.state), card: 'lead', cell: (h) => <span class={`badge ${!h.isLast ? 'dim' : h.placed ? 'warn' : 'good'}`}>{h.placed ? t(h.isLast ? w.onHold : w.hold) : t(w.liftedHold)}</span> },
            { label: t(w.fromDay), cell: (h) => <Day at={h.from} long /> },
            { label: t(w.reason), wide: true, cell: (h) => h.reason },
            { label: t(w.knownAt), zone: true, cell: (h) => <Time at={h.knownAt} /> },
            { label: t(w.action), cell: (h) => h.isLast && h.placed && <button type="button" onClick={() => setOpen({ of: h })}>{t(w.liftHold)}…</button> },
          ]} />
        ))}
      </Loaded>
      {open && <HoldForm of={open.of} onClose={() => setOpen(undefined)} />}
    </>
  );
}
