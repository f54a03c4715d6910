// Korean and English, side by side, so that neither is forgotten. Codes of the API (statuses, methods, types of
// events) are said in words here and nowhere else; an unknown code is shown as it came.
import { signal } from '@preact/signals';
import type { Problem } from './api';
import type { Lang } from './format';
import { CODES } from './words_codes';
import { PROBLEMS } from './words_problems';
import * as w from './words';
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

const textsOf = (kind: keyof typeof PROBLEMS, of: string) => (PROBLEMS[kind] as Record<string, readonly string[]>)[of];

/** What to do about a trouble of a plan or a run; in English the server's own sentence says so. */
export function wayOut(of: string): string | undefined {
  return lang.value === 'ko' ? textsOf('trouble', of)?.[0] : undefined;
}

export interface ProblemWords {
  what: string;
  next: string | undefined;
  fields: string[]; // of the problem's errors, one each
  original: string | undefined; // the server's sentences, where `what` isn't one of them
}

/** A problem as the reader's language says it: English is the server's own, Korean goes by its code. */
export function problemWords(problem: Problem): ProblemWords {
  const own = problem.status === 0 ? t(w.noAnswer) : (problem.detail ?? problem.message ?? problem.title ?? problem.code);
  const texts = lang.value === 'ko' ? textsOf('problem', problem.code) : undefined;
  const errors = problem.errors ?? [];
  if (!texts) return { what: own, next: problem.status === 0 ? t(w.noAnswerHint) : problem.hint, fields: errors.map((e) => e.message), original: undefined };
  return {
    what: texts[0] ?? own,
    next: texts[1] ?? t(w.lookAgain),
    fields: errors.map((e) => textsOf('field', e.code)?.[0] ?? e.message),
    original: [own, ...errors.map((e) => `${e.pointer}: ${e.message}`), problem.hint].filter(Boolean).join(' · '),
  };
}
