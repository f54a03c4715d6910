// Settlement funds: what was approved and isn't paid out yet, what has to be set aside for it, what is.
import { useState } from 'preact/hooks';
import { addDays, dayLong, isDay, parseAmount, rate } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { FundsPosition } from '../base/money_types';
import { parseCharge } from '../base/rule_text';
import { href, place, setQuery } from '../base/url';
import { Empty, Field, Fresh, Head, Loaded, Money, Panel, today } from '../ui/parts';
import { MerchantField } from '../ui/merchant_field';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';
import { CurrencyField } from './terms_form';

const KINDS = ['DEPOSIT', 'TRUST', 'GUARANTEE_INSURANCE'];

function HeldForm({ day, onClose }: { day: string; onClose: () => void }) {
  const [kind, setKind] = useState('TRUST');
  const [institution, setInstitution] = useState('');
  const [amountText, setAmount] = useState('');
  const [date, setDate] = useState(day);
  const note = useState('');
  const [currency, setCurrency] = useState('KRW');
  const [merchant, setMerchant] = useState('');
  const amount = parseAmount(amountText, currency);
  return (
    <ProposeForm kind="FUNDS_HELD" title={t(w.recordHeld)} note={note} ready={institution.trim() !== '' && amount !== undefined && date !== ''} body={{ fundsHeld: { date, kind, institution: institution.trim(), currency, amount, merchantId: merchant || undefined } }} onClose={onClose}>
      <div class="form-grid">
        <Field label={t(w.day)}>{(id) => <input id={id} type="date" required value={date} onInput={(e) => setDate(e.currentTarget.value)} />}</Field>
        <Field label={t(w.kind)}>{(id) => <select id={id} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>{KINDS.map((k) => <option key={k} value={k}>{code('heldKind', k)}</option>)}</select>}</Field>
        <Field label={t(w.institution)}>{(id) => <input id={id} required value={institution} onInput={(e) => setInstitution(e.currentTarget.value)} />}</Field>
        <Field label={t(w.amount)}>{(id) => <input id={id} class="num" inputMode="numeric" required value={amountText} onInput={(e) => setAmount(e.currentTarget.value)} />}</Field>
        <CurrencyField value={currency} onType={setCurrency} />
        <MerchantField id={merchant} hint={t(w.all)} onPick={setMerchant} />
      </div>
    </ProposeForm>
  );
}

function RatioForm({ now, onClose }: { now: number; onClose: () => void }) {
  const [validFrom, setFrom] = useState(today());
  const [text, setText] = useState(rate(now));
  const [source, setSource] = useState('');
  const note = useState('');
  const ratio = parseCharge('BASE_RATE', text, 'KRW')?.ratePpm;
  return (
    <ProposeForm kind="FUNDS_RATIO" title={t(w.changeRatio)} note={note} ready={validFrom !== '' && ratio !== undefined} body={{ fundsRatio: { validFrom, ratioPpm: ratio, source: source.trim() || undefined } }} onClose={onClose}>
      <div class="form-grid">
        <Field label={t(w.validFrom)}>{(id) => <input id={id} type="date" required value={validFrom} onInput={(e) => setFrom(e.currentTarget.value)} />}</Field>
        <Field label={t(w.ratio)} error={ratio === undefined ? t(w.notACharge) : undefined}>{(id) => <input id={id} required value={text} onInput={(e) => setText(e.currentTarget.value)} />}</Field>
        <Field label={t(w.source)}>{(id) => <input id={id} value={source} onInput={(e) => setSource(e.currentTarget.value)} />}</Field>
      </div>
    </ProposeForm>
  );
}

function Position({ f, onForm }: { f: FundsPosition; onForm: (form: 'held' | 'ratio') => void }) {
  return (
    <>
      {f.ratioPpm === 0 && <p class="note">{t(w.noRatio)}</p>}
      {f.totals.map((x) => (
        <dl class="kpis" key={x.currency}>
          <div class="kpi"><dt>{t(w.approvedUnpaid)}</dt><dd><Money value={x.approvedUnpaid} currency={x.currency} /></dd></div>
          <div class="kpi"><dt>{t(w.required)} · {rate(f.ratioPpm)}</dt><dd><Money value={x.requiredAmount} currency={x.currency} /></dd></div>
          <div class="kpi"><dt>{t(w.heldFunds)}</dt><dd><Money value={x.heldAmount} currency={x.currency} /></dd></div>
          <div class="kpi"><dt>{t(w.gap)}</dt><dd><Money value={x.heldAmount - x.requiredAmount} currency={x.currency} /> <span class={`badge ${x.gap > 0 ? 'bad' : 'good'}`}>{x.gap > 0 ? t(w.tooLittle) : t(w.enough)}</span></dd></div>
        </dl>
      ))}
      <div class="split">
        <Panel flush title={t(w.byMerchant)}>
          {f.rows.length === 0 ? <Empty title={t(w.nothingUnpaid)}>{t(w.comesByItself)}</Empty> : (
            <Table caption={t(w.funds)} rows={f.rows} keyOf={(r) => r.merchantId + r.currency} columns={[
              { label: t(w.merchant), card: 'title', wide: true, cell: (r) => <a href={href('/payouts', { merchant: r.merchantId })}>{r.merchantName}</a> },
              { label: t(w.approvedUnpaid), num: true, cell: (r) => <Money value={r.approvedUnpaid} currency={r.currency} /> },
              { label: t(w.required), num: true, card: 'lead', cell: (r) => <Money value={r.requiredAmount} currency={r.currency} /> },
              { label: t(w.heldFunds), num: true, cell: (r) => <Money value={r.heldAmount} currency={r.currency} /> },
              { label: t(w.gap), num: true, cell: (r) => <Money value={r.heldAmount - r.requiredAmount} currency={r.currency} /> },
            ]} />
          )}
        </Panel>
        <Panel title={t(w.heldFunds)} aside={<button type="button" class="small" onClick={() => onForm('held')}>{t(w.recordHeld)}…</button>}>
          {f.held.length === 0 ? <p class="dim">{t(w.noHeld)}</p> : <ul class="health">{f.held.map((h) => <li key={h.kind + h.institution + (h.merchantId ?? '')}><span class="two"><span>{h.institution}</span><span class="dim small-text">{code('heldKind', h.kind)} · {h.date}{h.merchantId && ` · ${h.merchantName ?? h.merchantId}`}</span></span><Money value={h.amount} currency={h.currency} /></li>)}</ul>}
          <p class="dim small-text ratio">{t(w.ratio)} {rate(f.ratioPpm)} {f.ratioSource} <button type="button" class="link" onClick={() => onForm('ratio')}>{t(w.changeRatio)}…</button></p>
        </Panel>
      </div>
    </>
  );
}

export function Funds() {
  const given = place.value.query.get('asOf');
  const asOf = isDay(given) ? given : addDays(today(), -1);
  if (!isDay(given)) queueMicrotask(() => setQuery({ asOf }, { replace: true }));
  const got = useGet<FundsPosition>(isDay(given) ? `/v1/funds?asOf=${asOf}` : null);
  const [form, setForm] = useState<'held' | 'ratio'>();
  const close = () => setForm(undefined);
  return (
    <>
      <Head title={t(w.funds)} sub={<>{t(w.fundsAsOf, dayLong(asOf, lang.value))} <Fresh at={got.at} /></>}>
        {got.data?.knownAt && asOf < today() && <span class="links reports"><a href={`/v1/funds/reports/${asOf}`} download={`funds-${asOf}.csv`}>{t(w.fundsReport)}</a><a href={`/v1/funds/reports/${asOf}/signature`} download={`funds-${asOf}.sig`}>{t(w.signature)}</a></span>}
        <Field label={t(w.closeOf)}>{(id) => <input id={id} type="date" value={asOf} max={today()} onChange={(e) => isDay(e.currentTarget.value) && setQuery({ asOf: e.currentTarget.value })} />}</Field>
      </Head>
      <Loaded got={got}>{(f) => <Position f={f} onForm={setForm} />}</Loaded>
      {form === 'held' && <HeldForm day={asOf} onClose={close} />}
      {form === 'ratio' && <RatioForm now={got.data?.ratioPpm ?? 0} onClose={close} />}
    </>
  );
}
