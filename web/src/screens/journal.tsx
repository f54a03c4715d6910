// The books as an accountant reads them: the trial balance of a day, and the entries of an account or a payment.
import { dayLong, isDay } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { JournalEntry, List, TrialBalance } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Empty, Field, Fresh, Head, Id, Loaded, Money, Pages, Panel, Tabs, Time } from '../ui/parts';
import { PeriodPicker, periodOf } from '../ui/period';
import { Table } from '../ui/table';

const PAGE = 50;

const named = (a: { name: string; nameKo?: string }) => (lang.value === 'ko' ? (a.nameKo ?? a.name) : a.name);
const side = (value: number, currency: string) => (value ? <Money value={value} currency={currency} /> : <span class="none" />);

function Balance() {
  const given = place.value.query.get('asOf');
  const asOf = isDay(given) ? given : undefined;
  const got = useGet<TrialBalance>(`/v1/trial-balance${asOf ? `?asOf=${asOf}` : ''}`, asOf ? 0 : 10_000);
  const link = (account: number, currency: string) => href('/journal', { tab: 'entries', account: String(account), currency });
  return (
    <>
      <div class="filter-row open">
        <Field label={t(w.closeOf)}>{(id) => <input id={id} type="date" value={asOf ?? ''} onChange={(e) => setQuery({ asOf: isDay(e.currentTarget.value) ? e.currentTarget.value : undefined })} />}</Field>
        <button type="button" aria-pressed={!asOf} onClick={() => setQuery({ asOf: undefined })}>{t(w.asNow)}</button>
        <span class="balanced">{got.data && <span class={`badge ${got.data.isBalanced ? 'good' : 'bad'}`}>{got.data.isBalanced ? t(w.balanced) : t(w.notBalanced)}</span>} <Fresh seen={got.data?.seen} at={got.at} /></span>
      </div>
      <Loaded got={got}>
        {({ currencies }) => (currencies.length === 0 ? <Empty title={t(w.noEntries)}>{t(w.noEntriesMore)}</Empty> : (
          <>
            {currencies.map((c) => (
              <Panel key={c.currency} flush title={`${t(w.trialBalance)} · ${c.currency}`}>
                <Table
                  caption={`${t(w.trialBalance)} ${c.currency}`}
                  rows={c.accounts}
                  keyOf={(a) => String(a.account)}
                  hrefOf={(a) => link(a.account, c.currency)}
                  foot={<tfoot><tr><th scope="row" colSpan={3}>{t(w.total)}</th><td class="num"><Money value={c.debit} currency={c.currency} /></td><td class="num"><Money value={c.credit} currency={c.currency} /></td><td class="num"><Money value={c.debit - c.credit} currency={c.currency} /></td></tr></tfoot>}
                  columns={[
                    { label: t(w.ledgerAccount), cell: (a) => <a class="tab" href={link(a.account, c.currency)}>{a.account}</a> },
                    { label: t(w.name), wide: true, cell: (a) => named(a) },
                    { label: t(w.kind), cell: (a) => code('accountType', a.type) },
                    { label: t(w.debit), num: true, cell: (a) => side(a.debit, c.currency) },
                    { label: t(w.credit), num: true, cell: (a) => side(a.credit, c.currency) },
                    { label: t(w.balance), num: true, cell: (a) => <Money value={a.balance} currency={c.currency} /> },
                  ]}
                />
              </Panel>
            ))}
          </>
        ))}
      </Loaded>
    </>
  );
}

/** One line per posting; what an entry is about stands once, on its first. */
interface Posted {
  entry: JournalEntry;
  posting: JournalEntry['postings'][number];
  isFirst: boolean;
}

function EntryTable({ entries, dim }: { entries: JournalEntry[]; dim: boolean }) {
  const rows: Posted[] = entries.flatMap((entry) => entry.postings.map((posting, i) => ({ entry, posting, isFirst: i === 0 })));
  return (
    <Table
      caption={t(w.entries)}
      rows={rows}
      dim={dim}
      keyOf={(r, i) => r.entry.eventId + i}
      joins={(r) => !r.isFirst}
      columns={[
        { label: t(w.time), zone: true, cell: (r) => r.isFirst && <Time at={r.entry.at} /> },
        { label: t(w.event), card: 'title', cell: (r) => r.isFirst && <>{code('event', r.entry.type.replace('com.wonjang.', ''))} {r.entry.paymentId && <a href={href(`/payments/${r.entry.paymentId}`)}><Id id={r.entry.paymentId} /></a>}</> },
        { label: t(w.ledgerAccount), cell: (r) => <a class="tab" href={href('/journal', { tab: 'entries', account: String(r.posting.account) })}>{r.posting.account}</a> },
        { label: t(w.name), wide: true, cell: (r) => named(r.posting) },
        { label: t(w.debit), num: true, cell: (r) => side(r.posting.debit, r.posting.currency) },
        { label: t(w.credit), num: true, cell: (r) => side(r.posting.credit, r.posting.currency) },
      ]}
    />
  );
}

function Entries() {
  const query = place.value.query;
  const payment = query.get('payment') ?? '';
  const account = query.get('account') ?? '';
  const period = periodOf(query);
  if (!period.given) queueMicrotask(() => setQuery({ from: period.from, until: period.until }, { replace: true }));
  const asked = new URLSearchParams({ from: period.from, until: period.until, limit: String(PAGE) });
  for (const name of ['account', 'currency', 'payment', 'cursor']) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  const got = useGet<List<JournalEntry>>(period.given ? `/v1/journal?${asked}` : null);
  const only = (name: string) => (e: Event) => setQuery({ [name]: (e.currentTarget as HTMLInputElement).value.trim(), cursor: undefined });
  return (
    <>
      <div class="filters">
        <PeriodPicker period={period} />
        <div class="filter-row open">
          <Field label={t(w.ledgerAccount)}>{(id) => <input id={id} class="num short" inputMode="numeric" value={account} placeholder={t(w.all)} onChange={only('account')} />}</Field>
          <Field label={t(w.paymentId)}>{(id) => <input id={id} value={payment} placeholder={t(w.all)} onChange={only('payment')} />}</Field>
        </div>
      </div>
      <Loaded got={got}>
        {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noEntries)}>{t(w.nothingInPeriod)}</Empty> : (
          <>
            <EntryTable entries={items} dim={got.isStale} />
            <Pages next={nextCursor} />
          </>
        ))}
      </Loaded>
    </>
  );
}

export function Journal() {
  const query = place.value.query;
  const tab = query.get('tab') ?? 'balance';
  const asOf = query.get('asOf');
  return (
    <>
      <Head title={t(w.journal)} sub={tab === 'balance' && asOf ? t(w.fundsAsOf, dayLong(asOf, lang.value)) : undefined} />
      <Tabs current={tab} hrefOf={(id) => href('/journal', { tab: id === 'balance' ? undefined : id })} tabs={[{ id: 'balance', label: t(w.trialBalance) }, { id: 'entries', label: t(w.entries) }]} />
      {tab === 'entries' ? <Entries /> : <Balance />}
    </>
  );
}
