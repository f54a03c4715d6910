// Merchants: who there is, with the way to their payments, contracts and payouts.
import { useState } from 'preact/hooks';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Merchant, Page } from '../base/types';
import { href, place, setQuery } from '../base/url';
import { Badge, Empty, Failure, Field, Head, Id, Skeleton, Time } from '../ui/parts';
import { Table } from '../ui/table';

export function Merchants() {
  const after = place.value.query.get('after');
  const got = useGet<Page & { merchants: Merchant[] }>(`/v1/merchants?limit=500${after ? `&after=${encodeURIComponent(after)}` : ''}`);
  const [part, setPart] = useState('');
  const all = got.data?.merchants ?? [];
  const wanted = part.trim().toLowerCase();
  const rows = all.filter((m) => [m.name, m.code, m.organisation, m.id].some((x) => x?.toLowerCase().includes(wanted)));
  return (
    <>
      <Head title={t(w.merchants)} />
      <div class="filters">
        <div class="filter-row open">
          <Field label={t(w.onThisPage)}>{(id) => <input id={id} type="search" value={part} placeholder={t(w.nameOrCode)} onInput={(e) => setPart(e.currentTarget.value)} />}</Field>
        </div>
      </div>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!got.data && !got.problem && <Skeleton />}
      {got.data && rows.length === 0 && <Empty title={t(w.noMerchants)} />}
      {rows.length > 0 && (
        <Table
          caption={t(w.merchants)}
          rows={rows}
          keyOf={(m) => m.id}
          columns={[
            { label: t(w.name), card: 'title', wide: true, cell: (m) => <a href={href('/payments', { merchantId: m.id })}>{m.name ?? m.code}</a> },
            { label: t(w.code), cell: (m) => <code>{m.code}</code> },
            { label: t(w.organisation), cell: (m) => m.organisation ?? <span class="dim none">–</span> },
            { label: 'id', cell: (m) => <Id id={m.id} /> },
            { label: t(w.registered), cell: (m) => <Time at={m.createdAt} full /> },
            { label: t(w.status), card: 'lead', cell: (m) => <Badge kind="merchantStatus" value={m.status} /> },
            { label: t(w.goTo), cell: (m) => <><a href={href('/contracts', { merchant: m.id })}>{t(w.contracts)}</a> · <a href={href('/payouts', { merchant: m.id })}>{t(w.payouts)}</a></> },
          ]}
        />
      )}
      {got.data?.hasMore && got.data.nextCursor && <nav class="pages" aria-label={t(w.pages)}><button type="button" onClick={() => setQuery({ after: got.data?.nextCursor })}>{t(w.nextPage)}</button></nav>}
    </>
  );
}
