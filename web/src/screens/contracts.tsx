// Terms: every version of a merchant's contract on a line of time, its rules, and the form for the next version;
// beside them calendars, holds and the changes that wait for a second person.
import { useState } from 'preact/hooks';
import { addDays, daysBetween } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { Contract, List } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { MerchantField } from '../ui/merchant_field';
import { Day, Empty, Head, Loaded, Pages, Panel, Tabs, paged, today } from '../ui/parts';
import { Adjust } from './adjust';
import { Calendars } from './calendars';
import { Canaries, CanaryForm } from './canaries';
import { Changes } from './changes';
import { ContractForm } from './contract_form';
import { Holds } from './holds';
import { Terms } from './terms';

/** Versions as bars over time: where one ends, the next begins; the line is today. */
function Versions({ contracts, chosen }: { contracts: Contract[]; chosen: Contract | undefined }) {
  const now = today();
  const first = contracts.reduce((d, c) => (c.validFrom < d ? c.validFrom : d), now);
  const last = addDays(now, Math.max(90, Math.round(daysBetween(first, now) * 0.15)));
  const whole = Math.max(1, daysBetween(first, last));
  const at = (day: string) => Math.max(0, Math.min(100, (daysBetween(first, day) / whole) * 100));
  return (
    <div class="versions">
      <svg style={{ height: `${contracts.length * 18}px` }} viewBox={`0 0 100 ${contracts.length * 8}`} preserveAspectRatio="none" role="img" aria-label={t(w.versionsOverTime)}>
        {contracts.map((c, i) => {
          const from = at(c.validFrom);
          return <rect key={c.version} x={from} y={i * 8 + 1} width={Math.max(0.6, at(c.validUntil ?? last) - from)} height="6" class={c === chosen ? 'chosen' : undefined} />;
        })}
        <line x1={at(now)} x2={at(now)} y1="0" y2={contracts.length * 8} />
      </svg>
      <p class="dim small-text ends"><span><Day at={first} /></span><span>{t(w.today)} <Day at={now} /></span><span><Day at={last} /></span></p>
    </div>
  );
}

function ContractsOf({ merchant, all }: { merchant: string; all: Contract[] }) {
  const operator = session.value?.role === 'OPERATOR';
  const [open, setOpen] = useState<'next' | 'adjust' | 'canary'>();
  const close = () => setOpen(undefined);
  const sorted = [...all].sort((a, b) => b.version - a.version);
  const wanted = Number(place.value.query.get('version'));
  const chosen = sorted.find((c) => c.version === wanted) ?? sorted[0];
  return (
    <>
      {chosen ? (
        <>
          <Panel title={t(w.versionsOverTime)} aside={operator && (
            <span class="actions">
              {chosen.changeId && <button type="button" onClick={() => setOpen('adjust')}>{t(w.adjustBack)}…</button>}
              <button type="button" onClick={() => setOpen('canary')}>{t(w.tryTerms)}…</button>
              <button type="button" data-key="act" onClick={() => setOpen('next')}>{t(w.nextVersion)}…</button>
            </span>
          )}>
            <Versions contracts={sorted} chosen={chosen} />
            <ul class="chips">{sorted.map((c) => <li key={`${c.version}${c.subMall}${c.currency}`} class="chip-all"><a class="tab" aria-current={c === chosen ? 'true' : undefined} href={href('/contracts', { merchant: operator ? merchant : undefined, version: String(c.version) })}>v{c.version} <Day at={c.validFrom} /></a></li>)}</ul>
          </Panel>
          <Terms c={chosen} />
        </>
      ) : (
        <Empty title={t(w.noContract)}>
          <p>{t(w.noContractMore)}</p>
          {operator && <button type="button" class="primary" data-key="act" onClick={() => setOpen('next')}>{t(w.proposeContract)}…</button>}
        </Empty>
      )}
      {open === 'next' && <ContractForm merchant={merchant} from={chosen} onClose={close} />}
      {open === 'adjust' && chosen?.changeId && <Adjust contract={chosen} change={chosen.changeId} onClose={close} />}
      {open === 'canary' && chosen && <CanaryForm from={{ name: '', merchantIds: [merchant], currency: chosen.currency, candidate: chosen.fees }} onClose={close} />}
    </>
  );
}

function ContractsTab() {
  const operator = session.value?.role === 'OPERATOR';
  const merchant = operator ? (place.value.query.get('merchant') ?? '') : (session.value?.merchantId ?? '');
  const got = useGet<List<Contract>>(merchant ? paged(`/v1/contracts?merchant=${merchant}`) : null);
  return (
    <>
      {operator && <div class="filter-row open"><MerchantField id={merchant} hint={t(w.nameOrCode)} onPick={(id) => setQuery({ merchant: id, version: undefined, cursor: undefined })} /></div>}
      {merchant === '' ? <Empty title={t(w.pickMerchant)}>{t(w.pickMerchantMore)} <a href={href('/merchants')}>{t(w.merchants)}</a></Empty> : <Loaded got={got}>{({ items, nextCursor }) => <><ContractsOf merchant={merchant} all={items} /><Pages next={nextCursor} /></>}</Loaded>}
    </>
  );
}

const TABS = { contracts: ContractsTab, canaries: Canaries, calendars: Calendars, holds: Holds, changes: Changes };

export function Contracts() {
  const operator = session.value?.role === 'OPERATOR';
  const asked = place.value.query.get('tab') as keyof typeof TABS;
  const tab = operator && asked in TABS ? asked : 'contracts';
  const Tab = TABS[tab];
  return (
    <>
      <Head title={operator ? t(w.contracts) : t(w.contracts_)} />
      {operator && <Tabs current={tab} hrefOf={(id) => href('/contracts', { tab: id === 'contracts' ? undefined : id })} tabs={[{ id: 'contracts', label: t(w.contracts_) }, { id: 'canaries', label: t(w.canaries) }, { id: 'calendars', label: t(w.calendars) }, { id: 'holds', label: t(w.holds) }, { id: 'changes', label: t(w.changes) }]} />}
      <Tab />
    </>
  );
}
