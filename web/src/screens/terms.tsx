// What was agreed on, as people read it: the rules of fees, a contract, the terms that a canary tries out.
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import type { Canary, Contract, FeeRule } from '../base/money_types';
import { chargeText } from '../base/rule_text';
import { href } from '../base/url';
import { merchantName } from '../ui/merchants';
import { Day, Facts, Money, Panel, Time } from '../ui/parts';
import { Table } from '../ui/table';

function appliesText(rule: FeeRule): string {
  const a = rule.applies ?? {};
  const months = a.monthsMin || a.monthsMax ? t(w.months, `${a.monthsMin ?? 0}–${a.monthsMax ?? ''}`) : '';
  return [a.method && code('method', a.method), a.issuer && code('issuer', a.issuer), a.cardType && code('cardType', a.cardType), months].filter(Boolean).join(' · ') || t(w.all);
}

export function Fees({ of, currency }: { of: Contract['fees']; currency: string }) {
  return (
    <Panel flush title={t(w.fees)} aside={<span class="dim small-text">{[code('vat', of.vat), code('feeOrder', of.order), code('rounding', of.rounding)].join(' · ')}{of.byMethod && `; ${chargedByMethod(of)}`}</span>}>
      <Table caption={t(w.fees)} rows={of.rules} keyOf={(r) => r.name} columns={[
        { label: t(w.rule), card: 'title', cell: (r) => <span class="two"><span>{code('ruleKind', r.kind)}</span><span class="dim small-text">{r.name}</span></span> },
        { label: t(w.appliesTo), wide: true, cell: appliesText },
        { label: t(w.rate), num: true, card: 'lead', cell: (r) => <span class="wrap">{chargeText(r, currency)}{r.amount !== undefined && ` ${currency}`}</span> },
      ]} />
    </Panel>
  );
}

/** Whose terms: a method, or one issuer of it. */
const ofWhom = (own: { method: string; issuer?: string }) => [code('method', own.method), own.issuer].filter(Boolean).join(' ');

/** VAT and rounding where they are other ones than the contract's. */
function chargedByMethod(of: Contract['fees']): string {
  const said = (own: NonNullable<Contract['fees']['byMethod']>[number]) => [own.vat && code('vat', own.vat), own.order && code('feeOrder', own.order), own.rounding && code('rounding', own.rounding)].filter(Boolean).join(' · ');
  return (of.byMethod ?? []).map((own) => `${ofWhom(own)}: ${said(own)}`).join('; ');
}

function cycleText({ kind, basis, lagDays, policy }: Contract['cycle']): string {
  return `${code('cycle', kind)} · ${code('basis', basis)} · D+${lagDays} ${code('policy', policy)}`;
}

export function Terms({ c }: { c: Contract }) {
  return (
    <div class="split">
      <Fees of={c.fees} currency={c.currency} />
      <Panel title={`${t(w.version)} ${c.version}`}>
        <Facts rows={[
          [t(w.validFrom), <Day at={c.validFrom} long />],
          [t(w.validUntil), c.validUntil ? <Day at={c.validUntil} long /> : t(w.openEnd)],
          [t(w.tier), code('tier', c.tier)],
          [t(w.cycle), cycleText(c.cycle)],
          ...(c.cycleByMethod ?? []).map((own): [string, string] => [`${t(w.cycle)}: ${ofWhom(own)}`, cycleText(own.cycle)]),
          [t(w.calendar), <a href={href('/contracts', { tab: 'calendars', code: c.calendar })}>{c.calendar}</a>],
          [t(w.account), c.payoutAccount],
          [t(w.keepBack), c.keepBack && <Money value={c.keepBack} currency={c.currency} />],
          [t(w.subMall), c.subMall],
          [t(w.onCancel), c.fees.onCancel?.map((r) => `${r.method ? code('method', r.method) : t(w.all)}: ${code('feeOnCancel', r.fee)}`).join(', ')],
          [t(w.knownAt), c.knownAt && <Time at={c.knownAt} zone />],
        ]} />
      </Panel>
    </div>
  );
}


/** For whom it is tried out, in words. */
export function scopeText(c: Canary): string {
  const whose = c.merchantIds?.map((id) => merchantName(id)) ?? [];
  const names = whose.length > 3 ? [...whose.slice(0, 3), `+${whose.length - 3}`] : whose;
  return [names.join(', '), c.method && code('method', c.method), c.businessNumber].filter(Boolean).join(' · ') || t(w.everyMerchant);
}

/** How a merchant comes to the new terms. */
export function fateText(c: Canary): string {
  if (c.stopped) return code('canaryState', 'STOPPED');
  if (c.promoteAll) return code('canaryState', 'PROMOTED');
  return c.cleanDays ? t(w.afterCleanDays, count(c.cleanDays)) : t(w.neverByItself);
}

export function CanaryTerms({ c }: { c: Canary }) {
  return (
    <div class="split">
      <Fees of={c.candidate} currency={c.currency} />
      <Panel title={c.name}>
        <Facts rows={[[t(w.forWhom), scopeText(c)], [t(w.movesOver), fateText(c)], [t(w.currency), c.currency]]} />
      </Panel>
    </div>
  );
}
