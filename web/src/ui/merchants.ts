// Names of merchants for an operator's screens: of those that are shown, asked for by their ids a page at a time, and
// kept. Whoever says merchantName() while it is drawn is drawn again when the name has come.
import { signal } from '@preact/signals';
import { get, session } from '../base/api';
import { shortId } from '../base/format';
import type { Merchant, Page } from '../base/types';

export type MerchantPage = Page & { merchants: Merchant[] };

const KEPT_MAX = 2000;
const AT_ONCE = 100;
const AGAIN_MS = 10_000;

const known = signal<ReadonlyMap<string, Merchant>>(new Map());
const asked = new Set<string>(); // or known
let wanted: string[] = [];

/** Of an answer that has them anyway: nobody asks for these. */
export function learnMerchants(found: readonly Merchant[]) {
  const before = known.peek();
  const now = new Map(before.size > KEPT_MAX ? [] : before);
  if (now.size === 0) asked.clear();
  for (const one of found) {
    now.set(one.id, one);
    asked.add(one.id);
  }
  known.value = now;
}

export function forgetMerchants() {
  known.value = new Map();
  asked.clear();
}

async function ask() {
  const ids = wanted.splice(0, AT_ONCE);
  if (wanted.length > 0) void ask();
  try {
    learnMerchants((await get<MerchantPage>(`/v1/merchants?merchantId=${ids.join(',')}&limit=${ids.length}`)).merchants);
  } catch {
    // Their codes do meanwhile.
    setTimeout(() => ids.forEach((id) => asked.delete(id)), AGAIN_MS);
  }
}

export function merchantName(id: string | undefined, code?: string): string {
  if (id === undefined) return '–';
  const found = known.value.get(id);
  const me = session.value;
  if (me?.merchantId === id) return me.merchantName ?? shortId(id);
  if (!found && !asked.has(id) && me?.role === 'OPERATOR') {
    asked.add(id);
    if (wanted.push(id) === 1) setTimeout(ask);
  }
  return found?.name ?? code ?? found?.code ?? shortId(id);
}

export function findMerchants(text: string, limit: number, abort?: AbortSignal): Promise<MerchantPage> {
  return get<MerchantPage>(`/v1/merchants?contains=${encodeURIComponent(text)}&limit=${limit}`, abort ? { signal: abort } : {});
}
