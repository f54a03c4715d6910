// Merchants: who there is, found by any part of what names them, with the way to their payments, contracts and payouts.
import { useEffect, useState } from 'preact/hooks';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import { href, place, setQuery } from '../base/url';
import { type MerchantPage, learnMerchants } from '../ui/merchants';
import { Badge, Empty, Field, Head, Id, Loaded, None, Pages, Time } from '../ui/parts';
import { Table } from '../ui/table';

const PAGE = 50;
const PAUSE_MS = 250;

/** The address follows what is typed, once somebody stops for a moment. */
function ContainsField({ value }: { value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => setQuery({ contains: text.trim(), after: undefined }, { replace: true }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return <Field label={t(w.findMerchant)}>{(id) => <input id={id} type="search" value={text} maxLength={64} placeholder={t(w.nameOrCode)} onInput={(e) => setText(e.currentTarget.value)} />}</Field>;
}

export function Merchants() {
  const query = place.value.query;
  const contains = query.get('contains') ?? '';
  const asked = new URLSearchParams({ limit: String(PAGE) });
  for (const name of ['contains', 'after']) if (query.get(name)) asked.set(name, query.get(name) ?? '');
  const got = useGet<MerchantPage>(`/v1/merchants?${asked}`);
  useEffect(() => learnMerchants(got.data?.merchants ?? []), [got.data]);
  return (
    <>
      <Head title={t(w.merchants)} />
      <div class="filters">
        <div class="filter-row open"><ContainsField value={contains} /></div>
      </div>
      <Loaded got={got}>
        {({ merchants, hasMore, nextCursor }) => (
          <>
            {merchants.length === 0 && <Empty title={contains ? t(w.noMerchantsFor, contains) : t(w.noMerchants)}>{contains ? t(w.noMerchantsMore) : t(w.noMerchantsYet)}</Empty>}
            {merchants.length > 0 && (
              <Table
                caption={t(w.merchants)}
                rows={merchants}
                keyOf={(m) => m.id}
                dim={got.isStale}
                columns={[
                  { label: t(w.name), card: 'title', wide: true, cell: (m) => <a href={href('/payments', { merchantId: m.id })}>{m.name ?? m.code}</a> },
                  { label: t(w.code), cell: (m) => <code>{m.code}</code> },
                  { label: t(w.organisation), cell: (m) => m.organisation ?? <None /> },
                  { label: 'id', cell: (m) => <Id id={m.id} /> },
                  { label: t(w.registered), zone: true, cell: (m) => <Time at={m.createdAt} full /> },
                  { label: t(w.status), card: 'lead', cell: (m) => <Badge kind="merchantStatus" value={m.status} /> },
                  { label: t(w.goTo), cell: (m) => <><a href={href('/contracts', { merchant: m.id })}>{t(w.contracts)}</a> · <a href={href('/payouts', { merchant: m.id })}>{t(w.payouts)}</a></> },
                ]}
              />
            )}
            <Pages next={hasMore ? nextCursor : undefined} name="after" />
          </>
        )}
      </Loaded>
    </>
  );
}
