// Names of merchants for an operator's screens. Loaded once, a bounded number: what isn't among them is shown by
// its code.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, session } from '../base/api';
import { shortId } from '../base/format';
import type { Merchant, Page } from '../base/types';

const KNOWN_MAX = 1000;

export const merchants = signal<Map<string, Merchant>>(new Map());
let loading = false;

export async function loadMerchants() {
  if (loading || session.value?.role !== 'OPERATOR') return;
  loading = true;
  try {
    const page = await get<Page & { merchants: Merchant[] }>(`/v1/merchants?limit=${KNOWN_MAX}`);
    merchants.value = new Map(page.merchants.map((m) => [m.id, m]));
  } catch {
    loading = false; // the codes do; the next screen tries again
  }
}

export function forgetMerchants() {
  merchants.value = new Map();
  loading = false;
}

export function useMerchants(): Map<string, Merchant> {
  useEffect(() => void loadMerchants(), []);
  return merchants.value;
}

export function merchantName(id: string | undefined, code?: string): string {
  if (id === undefined) return '–';
  const found = merchants.value.get(id);
  return found?.name ?? code ?? found?.code ?? shortId(id);
}

/** The id of a merchant typed by its name, code or id. */
export function merchantOf(text: string): string | undefined {
  const wanted = text.trim();
  if (/^mch_[0-9A-Z]{26}$/.test(wanted)) return wanted;
  for (const one of merchants.value.values()) if (one.code === wanted || one.name === wanted) return one.id;
  return undefined;
}
