// Terms and calendars: every version of a contract on a line of time, calendars and what differs between their
// versions, changes that wait for a second person, with what each would move.
import { addDays, count, dayLong, daysBetween, rate } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { session } from '../base/api';
import { useGet } from '../base/live';
import type { Calendar, Change, Contract, FeeRule, List, WhatIf } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { ActButton, Figures } from '../ui/act';
import { merchantName, merchantOf, merchants, useMerchants } from '../ui/merchants';
import { Badge, Empty, Failure, Field, Head, Id, Money, Panel, Skeleton, Tabs, Time, today } from '../ui/parts';
import { Table } from '../ui/table';

function ruleText(rule: FeeRule, currency: string): preact.ComponentChildren {
  if (rule.byTier?.length) return rule.byTier.map((b) => `${b.tier}${b.cardType ? `/${b.cardType}` : ''} ${rate(b.ratePpm)}`).join(', ');
  if (rule.steps?.length) return rule.steps.map((s) => `≥ ${count(s.from)}: ${rate(s.ratePpm)}`).join(', ');
  if (rule.ratePpm !== undefined) return rate(rule.ratePpm);
  return <Money value={rule.amount} currency={currency} />;
}

function appliesText(rule: FeeRule): string {
  return Object.entries(rule.applies ?? {}).filter(([, v]) => v !== null && v !== '' && v !== 0).map(([k, v]) => `${k} ${String(v)}`).join(', ');
}

/** Versions as bars over time: where one ends, the next begins; the line is today. */
function Versions({ contracts, chosen }: { contracts: Contract[]; chosen: number }) {
  const now = today();
  const first = contracts.reduce((d, c) => (c.validFrom < d ? c.validFrom : d), now);
  const last = addDays(now, Math.max(90, Math.round(daysBetween(first, now) * 0.15)));
  const whole = Math.max(1, daysBetween(first, last));
  const at = (day: string) => Math.max(0, Math.min(100, (daysBetween(first, day) / whole) * 100));
  return (
    <div class="versions">
      <svg style={{ height: `${contracts.length * 22}px` }} viewBox={`0 0 100 ${contracts.length * 8}`} preserveAspectRatio="none" role="img" aria-label={t('versionsOverTime')}>
        {contracts.map((c, i) => {
          const from = at(c.validFrom);
          return <rect key={c.version} x={from} y={i * 8 + 1} width={Math.max(0.6, at(c.validUntil ?? last) - from)} height="6" class={c.version === chosen ? 'chosen' : undefined} />;
        })}
        <line x1={at(now)} x2={at(now)} y1="0" y2={contracts.length * 8} />
      </svg>
      <p class="dim small-text ends"><span>{first}</span><span>{t('today')} {now}</span></p>
    </div>
  );
}

function Terms({ c }: { c: Contract }) {
  return (
    <div class="split">
      <Panel flush title={t('fees')}>
        <Table caption={t('fees')} rows={c.fees.rules} keyOf={(r) => r.name} columns={[
          { id: 'n', label: t('rule'), card: 'title', cell: (r) => <span class="two"><span>{r.name}</span><span class="dim small-text">{r.kind}</span></span> },
          { id: 'a', label: t('appliesTo'), wide: true, cell: (r) => appliesText(r) || t('all') },
          { id: 'v', label: t('rate'), num: true, card: 'lead', cell: (r) => ruleText(r, c.currency) },
        ]} />
      </Panel>
      <Panel title={`${t('version')} ${c.version}`}>
        <dl class="facts">
          <div><dt>{t('validFrom')}</dt><dd>{dayLong(c.validFrom, lang.value)}</dd></div>
          <div><dt>{t('validUntil')}</dt><dd>{c.validUntil ? dayLong(c.validUntil, lang.value) : t('openEnd')}</dd></div>
          {c.tier && <div><dt>{t('tier')}</dt><dd>{c.tier}</dd></div>}
          <div><dt>{t('cycle')}</dt><dd>{c.cycle.kind} · {c.cycle.basis} · D+{c.cycle.lagDays ?? 0} · {c.cycle.policy}</dd></div>
          <div><dt>{t('calendar')}</dt><dd>{c.calendar}</dd></div>
          <div><dt>{t('feeVat')}</dt><dd>{c.fees.vat} · {c.fees.order} · {c.fees.rounding}</dd></div>
          <div><dt>{t('knownAt')}</dt><dd><Time at={c.knownAt} full /></dd></div>
        </dl>
        <details class="raw"><summary>JSON</summary><pre tabIndex={0}>{JSON.stringify(c, null, 2)}</pre></details>
      </Panel>
    </div>
  );
}

function ContractsOf({ merchant }: { merchant: string }) {
  const got = useGet<List<Contract>>(`/v1/contracts?merchant=${merchant}`);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  const all = [...got.data.items].sort((a, b) => b.version - a.version);
  if (all.length === 0) return <Empty title={t('noContract')}>{t('noContractMore')}</Empty>;
  const wanted = Number(place.value.query.get('version'));
  const chosen = all.find((c) => c.version === wanted) ?? all[0];
  return (
    <>
      <Panel title={t('versionsOverTime')}>
        <Versions contracts={all} chosen={chosen?.version ?? 0} />
        <ul class="chips">{all.map((c) => <li key={c.version} class="chip-all"><a class="tab" aria-current={c === chosen ? 'true' : undefined} href={href('/contracts', { merchant, version: String(c.version) })}>v{c.version} {c.validFrom}</a></li>)}</ul>
      </Panel>
      {chosen && <Terms c={chosen} />}
    </>
  );
}

function ContractsTab() {
  useMerchants();
  const operator = session.value?.role === 'OPERATOR';
  const merchant = operator ? (place.value.query.get('merchant') ?? '') : (session.value?.merchantId ?? '');
  return (
    <>
      {operator && (
        <div class="filter-row open">
          <Field label={t('merchant')}>
            {(id) => (
              <>
                <input id={id} list={`${id}-l`} value={merchant === '' ? '' : merchantName(merchant)} placeholder={t('nameOrCode')} onChange={(e) => setQuery({ merchant: merchantOf(e.currentTarget.value) ?? '', version: undefined })} />
                <datalist id={`${id}-l`}>{[...merchants.value.values()].map((m) => <option key={m.id} value={m.name ?? m.code}>{m.code}</option>)}</datalist>
              </>
            )}
          </Field>
        </div>
      )}
      {merchant === '' ? <Empty title={t('pickMerchant')} /> : <ContractsOf merchant={merchant} />}
    </>
  );
}

function Calendars() {
  const got = useGet<List<Calendar>>('/v1/calendars');
  const query = place.value.query;
  const chosen = query.get('code') ?? got.data?.items[0]?.code;
  const one = useGet<Calendar>(chosen ? `/v1/calendars/${chosen}` : null);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  if (got.data.items.length === 0) return <Empty title={t('noCalendars')} />;
  const days = (one.data?.holidays ?? []).filter((d) => d.date >= today()).slice(0, 40);
  return (
    <div class="split">
      <Panel flush title={t('nextHolidays')}>
        {days.length === 0 ? (one.data?.text ? <pre tabIndex={0}>{one.data.text}</pre> : <Empty title={t('noHolidays')} />) : (
          <Table caption={t('nextHolidays')} rows={days} keyOf={(d) => d.date} columns={[
            { id: 'd', label: t('day'), cell: (d) => dayLong(d.date, lang.value) },
            { id: 'n', label: t('name'), card: 'title', wide: true, cell: (d) => d.name },
          ]} />
        )}
      </Panel>
      <Panel title={t('calendars')}>
        <ul class="health">{got.data.items.map((c) => <li key={c.code}><a href={href('/contracts', { tab: 'calendars', code: c.code })}>{c.code}</a><span class="dim">v{c.version} {c.name}</span></li>)}</ul>
      </Panel>
    </div>
  );
}

function WhatIfOf({ change }: { change: Change }) {
  const got = useGet<WhatIf>(`/v1/changes/${change.changeId}/what-if`);
  if (got.problem) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton rows={3} />;
  const w = got.data;
  return (
    <>
      <Figures rows={[[t('lines'), count(w.counts.lines)], [t('payouts'), count(w.counts.payouts)], [t('merchants'), count(w.counts.merchants)], ...w.feeDelta.map((d): [string, preact.ComponentChildren, boolean?] => [t('feeDelta'), <Money value={d.amount} currency={d.currency} />, true])]} />
      {w.payouts.length > 0 && (
        <Table caption={t('payoutsMove')} rows={w.payouts.slice(0, 50)} keyOf={(_, i) => String(i)} columns={[
          { id: 'm', label: t('merchant'), card: 'title', cell: (p) => merchantName(p.merchantId) },
          { id: 'd', label: t('payoutDate'), cell: (p) => `${p.date.from} → ${p.date.to}` },
          { id: 'n', label: t('netPaid'), num: true, card: 'lead', cell: (p) => <Money value={p.net} currency="KRW" /> },
        ]} />
      )}
      {w.truncated && <p class="note">{t('truncated')}</p>}
    </>
  );
}

function Changes() {
  const query = place.value.query;
  const status = query.get('status') ?? 'PROPOSED';
  const opened = query.get('change');
  const got = useGet<List<Change>>(`/v1/changes?limit=100${status === 'ALL' ? '' : `&status=${status}`}`, 5000);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  return (
    <>
      <div class="filter-row open">
        <Field label={t('state')}>
          {(id) => <select id={id} value={status} onChange={(e) => setQuery({ status: e.currentTarget.value })}>{['PROPOSED', 'APPROVED', 'REJECTED', 'ALL'].map((s) => <option key={s} value={s}>{s === 'ALL' ? t('all') : code('changeStatus', s)}</option>)}</select>}
        </Field>
      </div>
      {got.data.items.length === 0 ? <Empty title={t('noChanges')}>{t('noChangesMore')}</Empty> : (
        <Table
          caption={t('changes')}
          rows={got.data.items}
          keyOf={(c) => c.changeId}
          detail={(c) => c.changeId === opened && <WhatIfOf change={c} />}
          columns={[
            { id: 'k', label: t('kind'), card: 'title', cell: (c) => code('changeKind', c.kind) },
            { id: 'n', label: t('note'), wide: true, cell: (c) => c.note },
            { id: 'b', label: t('proposedBy'), cell: (c) => <span class="two"><Id id={c.proposedBy ?? ''} /><Time at={c.proposedAt} /></span> },
            { id: 'd', label: t('decidedBy'), cell: (c) => (c.decidedBy ? <span class="two"><Id id={c.decidedBy} /><Time at={c.decidedAt ?? undefined} /></span> : <span class="dim none">–</span>) },
            { id: 's', label: t('state'), card: 'lead', cell: (c) => <Badge kind="changeStatus" value={c.status} /> },
            { id: 'a', label: t('action'), cell: (c) => (
              <span class="actions">
                <button type="button" class="small" aria-expanded={c.changeId === opened} onClick={() => setQuery({ change: c.changeId === opened ? undefined : c.changeId }, { replace: true })}>{t('whatIf')}</button>
                {c.status === 'PROPOSED' && c.proposedBy !== session.value?.keyId && (
                  <>
                    <ActButton label={t('approve')} path={`/v1/changes/${c.changeId}/decisions`} body={{ decision: 'APPROVE', note: '' }} what="approve" ask={<WhatIfOf change={c} />} onDone={got.refresh} />
                    <ActButton label={t('reject')} path={`/v1/changes/${c.changeId}/decisions`} body={{ decision: 'REJECT', note: '' }} what="reject" danger ask={<p>{c.note}</p>} onDone={got.refresh} />
                  </>
                )}
              </span>
            ) },
          ]}
        />
      )}
    </>
  );
}

export function Contracts() {
  const tab = place.value.query.get('tab') ?? 'contracts';
  const operator = session.value?.role === 'OPERATOR';
  const tabs = [{ id: 'contracts', label: t('contracts_') }, ...(operator ? [{ id: 'calendars', label: t('calendars') }, { id: 'changes', label: t('changes') }] : [])];
  return (
    <>
      <Head title={operator ? t('contracts') : t('contracts_')} />
      <Tabs current={tab} hrefOf={(id) => href('/contracts', { tab: id === 'contracts' ? undefined : id })} tabs={tabs} />
      {tab === 'calendars' ? <Calendars /> : tab === 'changes' ? <Changes /> : <ContractsTab />}
    </>
  );
}
