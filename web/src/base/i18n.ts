// Korean and English, side by side, so that neither is forgotten. Codes of the API (statuses, methods, types of
// events) are said in words here and nowhere else; an unknown code is shown as it came.
import { signal } from '@preact/signals';
import type { Lang } from './format';
import { CODES } from './words_codes';
import { type Word, said } from './words';

const KEPT = 'wonjang.lang';

function firstLang(): Lang {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'ko' || kept === 'en') return kept;
  return navigator.language.startsWith('ko') ? 'ko' : 'en';
}

export const lang = signal<Lang>('ko');

export function setLang(to: Lang) {
  lang.value = to;
  localStorage.setItem(KEPT, to);
  document.documentElement.lang = to;
}

export function startLang() {
  lang.value = firstLang();
  document.documentElement.lang = lang.value;
}

/** {0}, {1} are replaced by what follows. */
export function t(word: Word, ...values: (string | number)[]): string {
  return said(word, lang.value === 'ko' ? 0 : 1).replace(/\{(\d)\}/g, (_, n: string) => String(values[Number(n)] ?? ''));
}

/** A code of the API in words: code('status', 'DONE') -> 결제 완료. */
export function code(kind: keyof typeof CODES, value: string | undefined): string {
  if (value === undefined || value === '') return '–';
  const words = (CODES[kind] as Record<string, readonly [string, string]>)[value];
  return words ? words[lang.value === 'ko' ? 0 : 1] : value;
}
