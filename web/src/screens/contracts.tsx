// Terms: every version of a merchant's contract on a line of time, its rules, and the form for the next version;
// beside them calendars, holds and the changes that wait for a second person.
import { useState } from 'preact/hooks';
import { addDays, dayLong, daysBetween } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { Contract, FeeRule, List } from '../base/money_types';
import { chargeText } from '../base/rule_text';
import { href, place, setQuery } from '../base/url';
import { MerchantField } from '../ui/merchant_field';
import { Empty, Facts, Head, Loaded, Money, Panel, Tabs, Time, today } from '../ui/parts';
import { Table } from '../ui/table';
import { Calendars } from './calendars';
import { Changes } from './changes';
import { ContractForm } from './contract_form';
import { Holds } from './holds';

function appliesText(rule: FeeRule): string {
  const a = rule.applies ?? {};
  const months = a.monthsMin || a.monthsMax ? t('months', `${a.monthsMin ?? 0}–${a.monthsMax ?? ''}`) : '';
  return [a.method && code('method', a.method), a.issuer && code('issuer', a.issuer), a.cardType && code('cardType', a.cardType), months].filter(Boolean).join(' · ') || t('all');
}

/** Versions as bars over time: where one ends, the next begins; the line is today. */
function Versions({ contracts, chosen }: { contracts: Contract[]; chosen: Contract | undefined }) {
  const now = today();
  const first = contracts.reduce((d, c) => (c.validFrom < d ? c.validFrom : d), now);
  const last = addDays(now, Math.max(90, Math.round(daysBetween(first, now) * 0.15)));
  const whole = Math.max(1, daysBetween(first, last));
  const at = (day: string) => Math.max(0, Math.min(100, (daysBetween(first, day) / whole) * 100));
  return (
    <div class="versions">
      <svg style={{ height: `${contracts.length * 18}px` }} viewBox={`0 0 100 ${contracts.length * 8}`} preserveAspectRatio="none" role="img" aria-label={t('versionsOverTime')}>
        {contracts.map((c, i) => {
          const from = at(c.validFrom);
          return <rect key={c.version} x={from} y={i * 8 + 1} width={Math.max(0.6, at(c.validUntil ?? last) - from)} height="6" class={c === chosen ? 'chosen' : undefined} />;
        })}
        <line x1={at(now)} x2={at(now)} y1="0" y2={contracts.length * 8} />
      </svg>
      <p class="dim small-text ends"><span>{first}</span><span>{t('today')} {now}</span><span>{last}</span></p>
    </div>
  );
}

export function cycleText(c: Contract): string {
  const { kind, basis, lagDays, policy } = c.cycle;
  return `${code('cycle', kind)} · ${code('basis', basis)} · D+${lagDays} ${code('policy', policy)}`;
}

export function Terms({ c }: { c: Contract }) {
  return (
    <div class="split">
      <Panel flush title={t('fees')} aside={<span class="dim small-text">{[code('vat', c.fees.vat), code('feeOrder', c.fees.order), code('rounding', c.fees.rounding)].join(' · ')}</span>}>
        <Table caption={t('fees')} rows={c.fees.rules} keyOf={(r) => r.name} columns={[
          { id: 'n', label: t('rule'), card: 'title', cell: (r) => <span class="two"><span>{code('ruleKind', r.kind)}</span><span class="dim small-text">{r.name}</span></span> },
          { id: 'a', label: t('appliesTo'), wide: true, cell: appliesText },
          { id: 'v', label: t('rate'), num: true, card: 'lead', cell: (r) => <span class="wrap">{chargeText(r, c.currency)}{r.amount !== undefined && ` ${c.currency}`}</span> },
        ]} />
      </Panel>
      <Panel title={`${t('version')} ${c.version}`}>
        <Facts rows={[
          [t('validFrom'), dayLong(c.validFrom, lang.value)],
          [t('validUntil'), c.validUntil ? dayLong(c.validUntil, lang.value) : t('openEnd')],
          [t('tier'), code('tier', c.tier)],
          [t('cycle'), cycleText(c)],
          [t('calendar'), <a href={href('/contracts', { tab: 'calendars', code: c.calendar })}>{c.calendar}</a>],
          [t('account'), c.payoutAccount],
          [t('keepBack'), c.keepBack && <Money value={c.keepBack} currency={c.currency} />],
          [t('subMall'), c.subMall],
          [t('onCancel'), c.fees.onCancel?.map((r) => `${r.method ? code('method', r.method) : t('all')}: ${code('feeOnCancel', r.fee)}`).join(', ')],
          [t('knownAt'), c.knownAt && <Time at={c.knownAt} full />],
        ]} />
      </Panel>
    </div>
  );
}

function ContractsOf({ merchant, all }: { merchant: string; all: Contract[] }) {
  const operator = session.value?.role === 'OPERATOR';
  const [open, setOpen] = useState(false);
  const sorted = [...all].sort((a, b) => b.version - a.version);
  const wanted = Number(place.value.query.get('version'));
  const chosen = sorted.find((c) => c.version === wanted) ?? sorted[0];
  return (
    <>
      {chosen ? (
        <>
          <Panel title={t('versionsOverTime')} aside={operator && <button type="button" data-key="act" onClick={() => setOpen(true)}>{t('nextVersion')}…</button>}>
            <Versions contracts={sorted} chosen={chosen} />
            <ul class="chips">{sorted.map((c) => <li key={`${c.version}${c.subMall}${c.currency}`} class="chip-all"><a class="tab" aria-current={c === chosen ? 'true' : undefined} href={href('/contracts', { merchant: operator ? merchant : undefined, version: String(c.version) })}>v{c.version} {c.validFrom}</a></li>)}</ul>
          </Panel>
          <Terms c={chosen} />
        </>
      ) : (
        <Empty title={t('noContract')}>
          <p>{t('noContractMore')}</p>
          {operator && <button type="button" class="primary" data-key="act" onClick={() => setOpen(true)}>{t('proposeContract')}…</button>}
        </Empty>
      )}
      {open && <ContractForm merchant={merchant} from={chosen} onClose={() => setOpen(false)} />}
    </>
  );
}

function ContractsTab() {
  const operator = session.value?.role === 'OPERATOR';
  const merchant = operator ? (place.value.query.get('merchant') ?? '') : (session.value?.merchantId ?? '');
  const got = useGet<List<Contract>>(merchant ? `/v1/contracts?merchant=${merchant}&limit=200` : null);
  return (
    <>
      {operator && <div class="filter-row open"><MerchantField id={merchant} hint={t('nameOrCode')} onPick={(id) => setQuery({ merchant: id, version: undefined })} /></div>}
      {merchant === '' ? <Empty title={t('pickMerchant')} /> : <Loaded got={got}>{({ items }) => <ContractsOf merchant={merchant} all={items} />}</Loaded>}
    </>
  );
}

const TABS = { contracts: ContractsTab, calendars: Calendars, holds: Holds, changes: Changes };

export function Contracts() {
  const operator = session.value?.role === 'OPERATOR';
  const asked = place.value.query.get('tab') as keyof typeof TABS;
  const tab = operator && asked in TABS ? asked : 'contracts';
  const Tab = TABS[tab];
  return (
    <>
      <Head title={operator ? t('contracts') : t('contracts_')} />
      {operator && <Tabs current={tab} hrefOf={(id) => href('/contracts', { tab: id === 'contracts' ? undefined : id })} tabs={[{ id: 'contracts', label: t('contracts_') }, { id: 'calendars', label: t('calendars') }, { id: 'holds', label: t('holds') }, { id: 'changes', label: t('changes') }]} />}
      <Tab />
    </>
  );
}
