// The next version of a contract: the terms that stand, changed by a person, looked at, then proposed.
import { useState } from 'preact/hooks';
import { decimal, parseAmount } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import type { Contract } from '../base/money_types';
import { merchantName } from '../ui/merchants';
import { today } from '../ui/parts';
import { ProposeForm } from './changes';
import { CurrencyField, FRESH_FEES, Input, Select, useFees } from './terms_form';

function fresh(merchantId: string): Contract {
  return {
    merchantId, currency: 'KRW', version: 0, validFrom: today(), tier: 'GENERAL', calendar: 'KR', payoutAccount: '',
    fees: FRESH_FEES,
    cycle: { kind: 'DAILY', basis: 'APPROVAL', roll: 'FORWARD', lagDays: 2, policy: 'BUSINESS_DAYS', weekEnd: 7 },
  };
}

export function ContractForm({ merchant, from, onClose }: { merchant: string; from: Contract | undefined; onClose: () => void }) {
  const [c, setContract] = useState<Contract>(() => (from ? { ...from, validFrom: today() } : fresh(merchant)));
  const [rules, fees] = useFees(c.fees, c.currency);
  const [keepBack, setKeepBack] = useState(c.keepBack ? decimal(c.keepBack, c.currency) : '');
  const note = useState('');
  const set = (changes: Partial<Contract>) => setContract({ ...c, ...changes });
  const cycle = (changes: Partial<Contract['cycle']>) => set({ cycle: { ...c.cycle, ...changes } });
  const { version, knownAt, changeId, validUntil, ...kept } = c;
  const back = keepBack.trim() === '' ? 0 : parseAmount(keepBack, c.currency);
  const body = { contract: { ...kept, validUntil: validUntil || undefined, keepBack: back || undefined, payoutAccount: c.payoutAccount?.trim() || undefined, fees } };
  const ready = fees !== undefined && c.validFrom !== '' && !!(c.subMall || c.payoutAccount?.trim()) && back !== undefined;
  return (
    <ProposeForm kind="CONTRACT" title={`${merchantName(merchant)} · ${from ? t(w.nextVersion) : t(w.proposeContract)}`} note={note} ready={ready} body={body} onClose={onClose}>
      <div class="form-grid">
        <Input label={t(w.validFrom)} type="date" value={c.validFrom} onType={(validFrom) => set({ validFrom })} />
        <Input label={t(w.validUntilNot)} type="date" value={c.validUntil ?? ''} onType={(until) => set({ validUntil: until })} />
        <Select label={t(w.tier)} kind="tier" value={c.tier} of={['SMALL', 'MID_1', 'MID_2', 'MID_3', 'GENERAL']} onPick={(tier) => set({ tier })} />
        <Input label={t(w.account)} value={c.payoutAccount ?? ''} onType={(payoutAccount) => set({ payoutAccount })} />
        <Select label={t(w.cycle)} kind="cycle" value={c.cycle.kind} of={['DAILY', 'WEEKLY', 'MONTHLY', 'MANUAL']} onPick={(kind) => cycle({ kind })} />
        <Select label={t(w.basis)} kind="basis" value={c.cycle.basis} of={['APPROVAL', 'ACQUISITION']} onPick={(basis) => cycle({ basis })} />
        <Input label={t(w.lagDays)} type="number" value={String(c.cycle.lagDays)} onType={(lag) => cycle({ lagDays: Number(lag) })} />
        <Select label={t(w.policy)} kind="policy" value={c.cycle.policy} of={['BUSINESS_DAYS', 'HOLIDAY_BEFORE', 'HOLIDAY_AFTER', 'CALENDAR_DAY']} onPick={(policy) => cycle({ policy })} />
        <CurrencyField value={c.currency} onType={(currency) => set({ currency })} />
        <Input label={t(w.calendar)} value={c.calendar} onType={(calendar) => set({ calendar })} />
        <Input label={t(w.keepBack)} value={keepBack} onType={setKeepBack} />
      </div>
      {rules}
    </ProposeForm>
  );
}
