// Does the server take writes, and if not, why? GET /readyz?verbose, which answers with 200 and with 503.
import { CODES } from './words_codes';
import { code, t } from './i18n';
import { type Got, useGet } from './live';
import * as w from './words';

interface Ready {
  troubles: { what: string; why: string }[];
  views?: string;
  books?: number;
  version?: string;
}

/** The condition that `why` begins with, in words. */
function conditionOf(why: string): string {
  const known = Object.keys(CODES.notReady).find((one) => why.startsWith(one));
  return known ? code('notReady', known) : why;
}

export function useReady(every: number): { got: Got<Ready>; isGood: boolean; text: string } {
  const got = useGet<Ready>('/readyz?verbose', every);
  const troubles = got.data?.troubles ?? [];
  const isGood = !got.problem && troubles.length === 0;
  const why = troubles.map((one) => `${one.what}: ${conditionOf(one.why)}`).join(', ');
  return { got, isGood, text: got.problem ? t(w.notReady) : !got.data ? '–' : why || t(w.ready) };
}
