// All that a part of a text, or an id, finds: newest first, each with what matched.
import { session } from '../base/api';
import { daySeoul, dayText } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { focusSearch } from '../base/keys';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { SearchPage } from '../base/types';
import { href, place, setQuery } from '../base/url';
import { merchantName } from '../ui/merchants';
import { Day, Empty, Failure, Fresh, Head, Money, Skeleton, Status, Time } from '../ui/parts';
import { Marked, moneyHits } from '../ui/search_box';
import { Table } from '../ui/table';

/** A period is at most five years; the one before begins so much earlier. */
const FIVE_YEARS_MS = 1826 * 86_400_000;

const sinceDay = (at: string) => daySeoul(Date.parse(at));

export function Search() {
  const query = place.value.query;
  const q = (query.get('q') ?? '').trim();
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const asked = new URLSearchParams({ q, limit: '50' });
  for (const name of ['from', 'until', 'after']) if (query.get(name)) asked.set(name, query.get(name) ?? '');
  const got = useGet<SearchPage>(q === '' ? null : `/v1/search?${asked}`);
  const period = got.data?.period;
  const operator = session.value?.role === 'OPERATOR';
  const rows = got.data?.payments ?? [];
  const money = got.data ? moneyHits(got.data) : [];
  return (
    <>
      <Head title={q === '' ? t(w.search) : t(w.searchTitle, q)} sub={<>{period && <><Day at={sinceDay(period.from)} /> – <Day at={daySeoul(Date.parse(period.until) - 1)} /> · </>}<Fresh seen={got.data?.seen} at={got.at} /></>} />
      {q === '' && <Empty title={t(w.searchHow)}><p>{t(w.searchHowMore)}</p><button type="button" class="primary" onClick={focusSearch}>{t(w.toSearch)} (/)</button></Empty>}
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {q !== '' && !got.data && !got.problem && <Skeleton />}
      {got.data && rows.length + money.length === 0 && !got.isLoading && <Empty title={t(w.nothingFoundFor, q)}>{t(w.searchHowMore)}</Empty>}
      {money.map((hit) => (
        <p key={hit.to}><a href={hit.to}>{hit.name}</a> · {hit.about} · {hit.amount} {hit.state}</p>
      ))}
      {rows.length > 0 && (
        <Table
          caption={t(w.searchTitle, q)}
          rows={rows}
          keyOf={(p) => p.id}
          hrefOf={(p) => href(`/payments/${p.id}`)}
          dim={got.isStale}
          columns={[
            { label: t(w.time), zone: true, cell: (p) => <a href={href(`/payments/${p.id}`)}><Time at={p.requestedAt} full /></a> },
            { label: t(w.buyer), clip: true, cell: (p) => <Marked text={p.buyerName ?? '–'} part={q} /> },
            { label: t(w.order), wide: true, card: 'title', cell: (p) => <span class="two"><span><Marked text={p.orderName ?? '–'} part={q} /></span><span class="dim small-text"><Marked text={p.orderId} part={q} /></span></span> },
            ...(operator ? [{ label: t(w.merchant), clip: true, cell: (p: { merchantId: string; merchantCode?: string }) => merchantName(p.merchantId, p.merchantCode) }] : []),
            { label: t(w.matchedBy), cell: (p) => <>{p.matched.map((m) => code('matched', m)).join(', ')}{p.possible && <span class="badge warn">{t(w.possible)}</span>}</> },
            { label: t(w.status), cell: (p) => <Status value={p.status} inDoubt={p.inDoubt} /> },
            { label: t(w.amount), num: true, card: 'lead', cell: (p) => <Money value={p.totalAmount} currency={p.currency} /> },
          ]}
        />
      )}
      {period && <p><button type="button" class="link" onClick={() => setQuery({ from: new Date(Date.parse(period.from) - FIVE_YEARS_MS).toISOString(), until: period.from, after: undefined, page: undefined })}>{t(w.lookBefore, dayText(sinceDay(period.from), lang.value))}</button></p>}
      {(got.data?.hasMore || page > 1) && (
        <nav class="pages" aria-label={t(w.pages)}>
          {page > 1 && <button type="button" onClick={() => history.back()}>{t(w.previousPage)}</button>}
          <span class="dim">{t(w.pageNo, page)}</span>
          {got.data?.hasMore && got.data.nextCursor && <button type="button" onClick={() => setQuery({ after: got.data?.nextCursor, page: String(page + 1) })}>{t(w.nextPage)}</button>}
        </nav>
      )}
    </>
  );
}
