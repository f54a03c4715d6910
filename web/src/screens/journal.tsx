// The books as an accountant reads them: the trial balance of a day, and the entries of one account.
import { addDays, dayLong, isDay } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { JournalEntry, List, TrialBalance } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Empty, Failure, Field, Fresh, Head, Id, Money, Panel, Skeleton, Tabs, Time, today } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { Table } from '../ui/table';

const named = (a: { name: string; nameKo?: string }) => (lang.value === 'ko' ? (a.nameKo ?? a.name) : a.name);

function Balance() {
  const given = place.value.query.get('asOf');
  const asOf = isDay(given) ? given : undefined;
  const got = useGet<TrialBalance>(`/v1/trial-balance${asOf ? `?asOf=${asOf}` : ''}`, asOf ? 0 : 10_000);
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Skeleton />;
  return (
    <>
      <div class="filter-row open">
        <Field label={t('closeOf')} hint={asOf ? undefined : t('asNow')}>{(id) => <input id={id} type="date" value={asOf ?? ''} onChange={(e) => setQuery({ asOf: isDay(e.currentTarget.value) ? e.currentTarget.value : undefined })} />}</Field>
      </div>
      <p><span class={`badge ${got.data.isBalanced ? 'good' : 'bad'}`}>{got.data.isBalanced ? t('balanced') : t('notBalanced')}</span> <Fresh at={got.at} /></p>
      {got.data.currencies.map((c) => (
        <Panel key={c.currency} flush title={c.currency}>
          <Table
            caption={`${t('trialBalance')} ${c.currency}`}
            rows={c.accounts}
            keyOf={(a) => String(a.account)}
            hrefOf={(a) => href('/journal', { tab: 'entries', account: String(a.account), currency: c.currency })}
            foot={<tfoot><tr><th scope="row" colSpan={3}>{t('total')}</th><td class="num"><Money value={c.debit} currency={c.currency} /></td><td class="num"><Money value={c.credit} currency={c.currency} /></td><td class="num"><Money value={c.debit - c.credit} currency={c.currency} /></td></tr></tfoot>}
            columns={[
              { id: 'n', label: t('ledgerAccount'), cell: (a) => <a class="tab" href={href('/journal', { tab: 'entries', account: String(a.account), currency: c.currency })}>{a.account}</a> },
              { id: 't', label: t('name'), wide: true, cell: (a) => named(a) },
              { id: 'y', label: t('kind'), cell: (a) => a.type },
              { id: 'd', label: t('debit'), num: true, cell: (a) => <Money value={a.debit} currency={c.currency} /> },
              { id: 'c', label: t('credit'), num: true, cell: (a) => <Money value={a.credit} currency={c.currency} /> },
              { id: 'b', label: t('balance'), num: true, cell: (a) => <Money value={a.balance} currency={c.currency} /> },
            ]}
          />
        </Panel>
      ))}
      {got.data.currencies.length === 0 && <Empty title={t('noEntries')} />}
    </>
  );
}

function Entries() {
  const query = place.value.query;
  const period = periodOf(query);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const asked = new URLSearchParams({ from: period.from, until: period.until, limit: '100' });
  for (const name of ['account', 'currency', 'payment', 'cursor']) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  const got = useGet<List<JournalEntry>>(period.given ? `/v1/journal?${asked}` : null);
  const account = query.get('ledgerAccount');
  if (got.problem && !got.data) return <Failure problem={got.problem} retry={got.refresh} />;
  return (
    <>
      <div class="filters">
        <PeriodPicker period={period} />
        <div class="filter-row open">
          <Field label={t('ledgerAccount')}>{(id) => <input id={id} class="num short" inputMode="numeric" value={account ?? ''} placeholder={t('all')} onChange={(e) => setQuery({ account: e.currentTarget.value.trim(), cursor: undefined })} />}</Field>
          <Field label={t('paymentId')}>{(id) => <input id={id} value={query.get('payment') ?? ''} placeholder={t('all')} onChange={(e) => setQuery({ payment: e.currentTarget.value.trim(), cursor: undefined })} />}</Field>
        </div>
      </div>
      {!got.data ? <Skeleton /> : got.data.items.length === 0 ? <Empty title={t('noEntries')} /> : got.data.items.map((e) => (
        <Panel key={e.position + e.eventId} flush title={<>{code('event', e.type.replace('com.wonjang.', ''))} {e.paymentId && <a href={href(`/payments/${e.paymentId}`)}><Id id={e.paymentId} /></a>}</>} aside={<span class="dim small-text">{e.day} · <Time at={e.at} /></span>}>
          <Table caption={`${t('entry')} ${e.position}`} rows={e.postings} keyOf={(_, i) => String(i)} columns={[
            { id: 'a', label: t('ledgerAccount'), cell: (p) => <a class="tab" href={href('/journal', { tab: 'entries', account: String(p.account) })}>{p.account}</a> },
            { id: 'n', label: t('name'), wide: true, cell: (p) => named(p) },
            { id: 'd', label: t('debit'), num: true, cell: (p) => (p.debit ? <Money value={p.debit} currency={p.currency} /> : '') },
            { id: 'c', label: t('credit'), num: true, cell: (p) => (p.credit ? <Money value={p.credit} currency={p.currency} /> : '') },
          ]} />
        </Panel>
      ))}
      {got.data?.nextCursor && <nav class="pages" aria-label={t('pages')}><button type="button" onClick={() => setQuery({ cursor: got.data?.nextCursor })}>{t('nextPage')}</button></nav>}
    </>
  );
}

export function Journal() {
  const tab = place.value.query.get('tab') ?? 'balance';
  return (
    <>
      <Head title={t('journal')} sub={dayLong(addDays(today(), 0), lang.value)} />
      <Tabs current={tab} hrefOf={(id) => href('/journal', { tab: id === 'balance' ? undefined : id })} tabs={[{ id: 'balance', label: t('trialBalance') }, { id: 'entries', label: t('entries') }]} />
      {tab === 'entries' ? <Entries /> : <Balance />}
    </>
  );
}

