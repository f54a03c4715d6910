// The next version of a contract: the terms that stand, changed by a person, looked at, then proposed. What the form
// doesn't show (issuers of a rule, fees of cancels) is carried over as it was.
import { useState } from 'preact/hooks';
import { parseAmount } from '../base/format';
import { code, t } from '../base/i18n';
import type { Contract, FeeRule } from '../base/money_types';
import { RULE_KINDS, chargeText, parseCharge } from '../base/rule_text';
import { merchantName } from '../ui/merchants';
import { Field, today } from '../ui/parts';
import { ProposeForm } from './changes';

const METHODS = ['', 'CARD', 'EASY_PAY', 'TRANSFER', 'VIRTUAL_ACCOUNT', 'MOBILE_PHONE', 'GIFT_CERTIFICATE', 'POINT'];

interface Row {
  rule: FeeRule;
  charge: string; // as typed
}

function fresh(merchantId: string): Contract {
  return {
    merchantId, currency: 'KRW', version: 0, validFrom: today(), tier: 'GENERAL', calendar: 'KR', payoutAccount: '',
    fees: { vat: 'ADDED', order: 'SUPPLY_FIRST', rounding: 'HALF_UP', rules: [{ name: 'card', kind: 'BASE_RATE', ratePpm: 25_000 }] },
    cycle: { kind: 'DAILY', basis: 'APPROVAL', roll: 'FORWARD', lagDays: 2, policy: 'BUSINESS_DAYS', weekEnd: 7 },
  };
}

function Select({ label, kind, value, of, onPick }: { label: string; kind: Parameters<typeof code>[0]; value: string; of: readonly string[]; onPick: (value: string) => void }) {
  return <Field label={label}>{(id) => <select id={id} value={value} onChange={(e) => onPick(e.currentTarget.value)}>{of.map((one) => <option key={one} value={one}>{one === '' ? t('all') : code(kind, one)}</option>)}</select>}</Field>;
}

function Input({ label, value, type = 'text', onType }: { label: string; value: string; type?: string; onType: (value: string) => void }) {
  return <Field label={label}>{(id) => <input id={id} type={type} value={value} onInput={(e) => onType(e.currentTarget.value)} />}</Field>;
}

function RuleRow({ row, currency, onChange, onDrop }: { row: Row; currency: string; onChange: (row: Row) => void; onDrop: () => void }) {
  const { rule, charge } = row;
  const hint = rule.kind === 'PREFERENTIAL_RATE' ? 'SMALL 0.5 %, MID_1 1.1 %' : rule.kind === 'TIERED_RATE' ? '0: 1.5 %, 50000: 1.3 %' : undefined;
  const bad = charge !== '' && parseCharge(rule.kind, charge, currency) === undefined;
  const { method: _, ...others } = rule.applies ?? {};
  return (
    <div class="rule-row">
      <Input label={t('name')} value={rule.name} onType={(name) => onChange({ rule: { ...rule, name }, charge })} />
      <Select label={t('kind')} kind="ruleKind" value={rule.kind} of={RULE_KINDS} onPick={(kind) => onChange({ rule: { ...rule, kind }, charge: '' })} />
      <Select label={t('method')} kind="method" value={rule.applies?.method ?? ''} of={METHODS} onPick={(method) => onChange({ rule: { ...rule, applies: method ? { ...others, method } : others }, charge })} />
      <Field label={t('rate')} hint={hint} error={bad ? t('notACharge') : undefined}>{(id, by) => <input id={id} required aria-describedby={by} aria-invalid={bad} value={charge} onInput={(e) => onChange({ rule, charge: e.currentTarget.value })} />}</Field>
      <button type="button" class="quiet" aria-label={`${t('remove')}: ${rule.name}`} onClick={onDrop}>✕</button>
    </div>
  );
}

/** Only what the rule's kind uses: the server refuses the rest. */
function ruleOf(row: Row, currency: string): FeeRule | undefined {
  const charge = parseCharge(row.rule.kind, row.charge, currency);
  if (!charge || !row.rule.name) return undefined;
  const { name, kind, applies } = row.rule;
  return { name, kind, ...(applies && Object.keys(applies).length > 0 ? { applies } : {}), ...charge };
}

export function ContractForm({ merchant, from, onClose }: { merchant: string; from: Contract | undefined; onClose: () => void }) {
  const [c, setContract] = useState<Contract>(() => (from ? { ...from, validFrom: today() } : fresh(merchant)));
  const [rows, setRows] = useState<Row[]>(() => c.fees.rules.map((rule) => ({ rule, charge: chargeText(rule, c.currency) })));
  const [keepBack, setKeepBack] = useState(c.keepBack ? String(c.keepBack) : '');
  const note = useState('');
  const set = (changes: Partial<Contract>) => setContract({ ...c, ...changes });
  const cycle = (changes: Partial<Contract['cycle']>) => set({ cycle: { ...c.cycle, ...changes } });
  const fees = (changes: Partial<Contract['fees']>) => set({ fees: { ...c.fees, ...changes } });
  const rules = rows.map((row) => ruleOf(row, c.currency));
  const { version, knownAt, changeId, validUntil, ...kept } = c;
  const back = keepBack.trim() === '' ? 0 : parseAmount(keepBack, c.currency);
  const body = { contract: { ...kept, validUntil: validUntil || undefined, keepBack: back || undefined, payoutAccount: c.payoutAccount?.trim() || undefined, fees: { ...c.fees, rules } } };
  const ready = rules.every(Boolean) && rules.length > 0 && c.validFrom !== '' && !!(c.subMall || c.payoutAccount?.trim()) && back !== undefined;
  return (
    <ProposeForm kind="CONTRACT" title={`${merchantName(merchant)} · ${from ? t('nextVersion') : t('proposeContract')}`} note={note} ready={ready} body={body} onClose={onClose}>
      <div class="form-grid">
        <Input label={t('validFrom')} type="date" value={c.validFrom} onType={(validFrom) => set({ validFrom })} />
        <Input label={t('validUntilNot')} type="date" value={c.validUntil ?? ''} onType={(until) => set({ validUntil: until })} />
        <Select label={t('tier')} kind="tier" value={c.tier} of={['SMALL', 'MID_1', 'MID_2', 'MID_3', 'GENERAL']} onPick={(tier) => set({ tier })} />
        <Input label={t('account')} value={c.payoutAccount ?? ''} onType={(payoutAccount) => set({ payoutAccount })} />
        <Select label={t('cycle')} kind="cycle" value={c.cycle.kind} of={['DAILY', 'WEEKLY', 'MONTHLY', 'MANUAL']} onPick={(kind) => cycle({ kind })} />
        <Select label={t('basis')} kind="basis" value={c.cycle.basis} of={['APPROVAL', 'ACQUISITION']} onPick={(basis) => cycle({ basis })} />
        <Input label={t('lagDays')} type="number" value={String(c.cycle.lagDays)} onType={(lag) => cycle({ lagDays: Number(lag) })} />
        <Select label={t('policy')} kind="policy" value={c.cycle.policy} of={['BUSINESS_DAYS', 'HOLIDAY_BEFORE', 'HOLIDAY_AFTER', 'CALENDAR_DAY']} onPick={(policy) => cycle({ policy })} />
        <Input label={t('calendar')} value={c.calendar} onType={(calendar) => set({ calendar })} />
        <Input label={t('keepBack')} value={keepBack} onType={setKeepBack} />
        <Select label={t('vat')} kind="vat" value={c.fees.vat} of={['ADDED', 'INCLUDED', 'NONE']} onPick={(vat) => fees({ vat })} />
        <Select label={t('rounding')} kind="rounding" value={c.fees.rounding} of={['HALF_UP', 'FLOOR']} onPick={(rounding) => fees({ rounding })} />
      </div>
      <fieldset class="rules">
        <legend>{t('fees')}</legend>
        {rows.map((row, i) => <RuleRow key={i} row={row} currency={c.currency} onChange={(next) => setRows(rows.map((one, at) => (at === i ? next : one)))} onDrop={() => setRows(rows.filter((_, at) => at !== i))} />)}
        <button type="button" onClick={() => setRows([...rows, { rule: { name: `rule-${rows.length + 1}`, kind: 'FIXED_FEE' }, charge: '' }])}>{t('addRule')}</button>
      </fieldset>
    </ProposeForm>
  );
}
