// A merchant, named by a person: any part of its name, code, id or business number, with those that it fits offered
// while one types.
import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../base/api';
import { count } from '../base/format';
import { problemWords, t } from '../base/i18n';
import * as w from '../base/words';
import type { Merchant } from '../base/types';
import { Combo } from './combo';
import { findMerchants, learnMerchants, merchantName } from './merchants';
import { Field } from './parts';

const OFFERED = 8;

async function offer(text: string, abort: AbortSignal) {
  const page = await findMerchants(text, OFFERED, abort);
  learnMerchants(page.merchants);
  return { items: page.merchants, note: page.merchants.length === 0 ? t(w.noSuchMerchant) : page.hasMore ? t(w.truncated, count(OFFERED)) : '' };
}

/** `onPick` gets an id, or '' when the field was cleared; a name that nobody has is said and picks nothing. */
export function MerchantField({ id, hint, onPick }: { id: string; hint: string; onPick: (id: string) => void }) {
  const name = id === '' ? '' : merchantName(id);
  const [text, setText] = useState(name);
  const [error, setError] = useState('');
  useEffect(() => setText(name), [name]);
  const pick = (one: Merchant) => {
    learnMerchants([one]);
    setError('');
    setText(id === one.id ? name : '');
    onPick(one.id);
  };
  // Left without a choice: what was typed says whom, or it doesn't.
  const turn = useRef(0); // an answer to what was typed before comes too late
  const resolve = async (typed: string) => {
    const mine = ++turn.current;
    if (typed === name) return;
    setError('');
    if (typed === '') return onPick('');
    try {
      const { merchants } = await findMerchants(typed, OFFERED);
      if (mine !== turn.current) return;
      const exact = merchants.length === 1 ? merchants[0] : merchants.find((m) => [m.id, m.code, m.name].includes(typed));
      if (exact) pick(exact);
      else setError(t(w.noSuchMerchant));
    } catch (problem) {
      setError(problemWords(problemOf(problem)).what);
    }
  };
  return (
    <Field label={t(w.merchant)} error={error}>
      {(field, describedBy) => (
        <Combo
          id={field} label={t(w.merchant)} placeholder={hint} describedBy={error ? describedBy : undefined} text={text} least={1}
          find={offer} keyOf={(m) => m.id} onType={setText} onPick={pick} onEnter={resolve} onLeave={resolve}
          show={(m) => <><span class="hit-name">{m.name ?? m.code}</span><span class="dim small-text">{m.code}</span></>}
        />
      )}
    </Field>
  );
}
