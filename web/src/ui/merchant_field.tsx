// A merchant, named by a person: by name, code or id, with those that are known offered while one types.
import { useState } from 'preact/hooks';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { merchantName, merchantOf, merchants, useMerchants } from './merchants';
import { Field } from './parts';

/** `onPick` gets an id, or '' when the field was cleared; a name that nobody has is said and picks nothing. */
export function MerchantField({ id, hint, onPick }: { id: string; hint: string; onPick: (id: string) => void }) {
  useMerchants();
  const [error, setError] = useState('');
  const pick = (e: Event) => {
    const text = (e.currentTarget as HTMLInputElement).value;
    const found = text.trim() === '' ? '' : merchantOf(text);
    setError(found === undefined ? t(w.noSuchMerchant) : '');
    if (found !== undefined) onPick(found);
  };
  return (
    <Field label={t(w.merchant)} error={error}>
      {(field, describedBy) => (
        <>
          <input id={field} list={`${field}-l`} aria-describedby={error ? describedBy : undefined} value={id === '' ? '' : merchantName(id)} placeholder={hint} onChange={pick} />
          <datalist id={`${field}-l`}>
            {[...merchants.value.values()].map((m) => <option key={m.id} value={m.name ?? m.code}>{m.code}</option>)}
          </datalist>
        </>
      )}
    </Field>
  );
}
