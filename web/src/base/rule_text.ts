// What a fee rule charges, as one line that a person reads and writes: "1.5 %", "100", "0: 1.5 %, 50000: 1.3 %",
// "SMALL 0.5 %, MID_1/CHECK 1 %". Exact both ways.
import { decimal, parseAmount, rate } from './format';
import type { FeeRule } from './money_types';

export const RULE_KINDS = ['BASE_RATE', 'PREFERENTIAL_RATE', 'TIERED_RATE', 'FIXED_FEE', 'MINIMUM', 'MAXIMUM', 'INSTALLMENT', 'INTEREST_FREE', 'POINT'];
export type Charge = Pick<FeeRule, 'ratePpm' | 'amount' | 'steps' | 'byTier'>;

const AMOUNTS = new Set(['FIXED_FEE', 'MINIMUM', 'MAXIMUM']);

export function chargeText(rule: FeeRule, currency: string): string {
  if (rule.byTier?.length) return rule.byTier.map((b) => `${b.tier}${b.cardType ? `/${b.cardType}` : ''} ${rate(b.ratePpm)}`).join(', ');
  if (rule.steps?.length) return rule.steps.map((s) => `${decimal(s.from, currency, false)}: ${rate(s.ratePpm)}`).join(', ');
  return AMOUNTS.has(rule.kind) ? decimal(rule.amount ?? 0, currency) : rate(rule.ratePpm ?? 0);
}

/** "1.5 %" or "1.5" -> 15000; at most a hundred, at most four decimals. */
function parseRate(text: string): number | undefined {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?\s*%?$/.exec(text.trim());
  if (!match) return undefined;
  const ppm = Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
  return ppm <= 1_000_000 ? ppm : undefined;
}

/** Nothing: it can't be read as what `kind` charges. */
export function parseCharge(kind: string, text: string, currency: string): Charge | undefined {
  if (AMOUNTS.has(kind)) {
    const amount = parseAmount(text, currency);
    return amount === undefined ? undefined : { amount };
  }
  const parts = text.split(/,(?!\d{3}\b)/);
  if (kind === 'TIERED_RATE') {
    const steps = parts.map((part) => {
      const [from = '', of = ''] = part.split(':');
      return { from: parseAmount(from, currency), ratePpm: parseRate(of) };
    });
    return steps.every((s) => s.from !== undefined && s.ratePpm !== undefined) ? { steps: steps as { from: number; ratePpm: number }[] } : undefined;
  }
  if (kind === 'PREFERENTIAL_RATE') {
    const tiers = parts.map((part) => {
      const [, tier = '', cardType, of = ''] = /^\s*([A-Z]\w*)(?:\/([A-Z]+))?\s+(.+)$/.exec(part) ?? [];
      return { tier, ...(cardType ? { cardType } : {}), ratePpm: tier === '' ? undefined : parseRate(of) };
    });
    return tiers.every((one) => one.ratePpm !== undefined) ? { byTier: tiers as { tier: string; ratePpm: number }[] } : undefined;
  }
  const ratePpm = parseRate(text);
  return ratePpm === undefined ? undefined : { ratePpm };
}
