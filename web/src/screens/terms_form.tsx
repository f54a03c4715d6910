// Parts of forms that are about terms: a choice, a line of text, and the rules of fees, as rows that a person changes. What
// the rows don't show (issuers of a rule, fees of cancels) is carried over as it was.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import type { Contract, FeeRule } from '../base/money_types';
import { RULE_KINDS, chargeText, parseCharge } from '../base/rule_text';
import { Field } from '../ui/parts';

export const METHODS = ['', 'CARD', 'EASY_PAY', 'TRANSFER', 'VIRTUAL_ACCOUNT', 'MOBILE_PHONE', 'GIFT_CERTIFICATE', 'POINT'];

/** Which currency amounts are of. */
export function CurrencyField({ value, onType }: { value: string; onType: (currency: string) => void }) {
  return <Input label={t(w.currency)} value={value} onType={(text) => onType(text.trim().toUpperCase())} />;
}

interface Row {
  rule: FeeRule;
  charge: string; // as typed
}

export function Select({ label, kind, value, of, onPick }: { label: string; kind: Parameters<typeof code>[0]; value: string; of: readonly string[]; onPick: (value: string) => void }) {
  return <Field label={label}>{(id) => <select id={id} value={value} onChange={(e) => onPick(e.currentTarget.value)}>{of.map((one) => <option key={one} value={one}>{one === '' ? t(w.all) : code(kind, one)}</option>)}</select>}</Field>;
}

export function Input({ label, value, type = 'text', onType }: { label: string; value: string; type?: string; onType: (value: string) => void }) {
  return <Field label={label}>{(id) => <input id={id} type={type} value={value} onInput={(e) => onType(e.currentTarget.value)} />}</Field>;
}

function RuleRow({ row, currency, onChange, onDrop }: { row: Row; currency: string; onChange: (row: Row) => void; onDrop: () => void }) {
  const { rule, charge } = row;
  const hint = rule.kind === 'PREFERENTIAL_RATE' ? 'SMALL 0.5 %, MID_1 1.1 %' : rule.kind === 'TIERED_RATE' ? '0: 1.5 %, 50000: 1.3 %' : undefined;
  const bad = charge !== '' && parseCharge(rule.kind, charge, currency) === undefined;
  const { method: _, ...others } = rule.applies ?? {};
  return (
    <div class="rule-row">
      <Input label={t(w.name)} value={rule.name} onType={(name) => onChange({ rule: { ...rule, name }, charge })} />
      <Select label={t(w.kind)} kind="ruleKind" value={rule.kind} of={RULE_KINDS} onPick={(kind) => onChange({ rule: { ...rule, kind }, charge: '' })} />
      <Select label={t(w.method)} kind="method" value={rule.applies?.method ?? ''} of={METHODS} onPick={(method) => onChange({ rule: { ...rule, applies: method ? { ...others, method } : others }, charge })} />
      <Field label={t(w.rate)} hint={hint} error={bad ? t(w.notACharge) : undefined}>{(id, by) => <input id={id} required aria-describedby={by} aria-invalid={bad} value={charge} onInput={(e) => onChange({ rule, charge: e.currentTarget.value })} />}</Field>
      <button type="button" class="quiet" aria-label={`${t(w.remove)}: ${rule.name}`} onClick={onDrop}>✕</button>
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

export const FRESH_FEES: Contract['fees'] = { vat: 'ADDED', order: 'SUPPLY_FIRST', rounding: 'HALF_UP', rules: [{ name: 'card', kind: 'BASE_RATE', ratePpm: 25_000 }] };

/** The rows, and what they say now: nothing while one of them can't be read. */
export function useFees(start: Contract['fees'], currency: string): [ComponentChildren, Contract['fees'] | undefined] {
  const [fees, setFees] = useState(start);
  const [rows, setRows] = useState<Row[]>(() => start.rules.map((rule) => ({ rule, charge: chargeText(rule, currency) })));
  const rules = rows.map((row) => ruleOf(row, currency));
  const choice = (label: string, name: 'vat' | 'order' | 'rounding', of: string[]) => <Select label={label} kind={name === 'order' ? 'feeOrder' : name} value={fees[name]} of={of} onPick={(value) => setFees({ ...fees, [name]: value })} />;
  const shown = (
    <fieldset class="rules">
      <legend>{t(w.fees)}</legend>
      <div class="form-grid">
        {choice(t(w.vat), 'vat', ['ADDED', 'INCLUDED', 'NONE'])}
        {choice(t(w.feeOrder), 'order', ['SUPPLY_FIRST', 'INCLUSIVE_FIRST'])}
        {choice(t(w.rounding), 'rounding', ['HALF_UP', 'FLOOR'])}
      </div>
      {rows.map((row, i) => <RuleRow key={i} row={row} currency={currency} onChange={(next) => setRows(rows.map((one, at) => (at === i ? next : one)))} onDrop={() => setRows(rows.filter((_, at) => at !== i))} />)}
      <button type="button" onClick={() => setRows([...rows, { rule: { name: `rule-${rows.length + 1}`, kind: 'FIXED_FEE' }, charge: '' }])}>{t(w.addRule)}</button>
    </fieldset>
  );
  return [shown, rules.length > 0 && rules.every((rule) => rule !== undefined) ? { ...fees, rules } : undefined];
}
