// Settlement funds: what was approved and isn't paid out yet, what has to be set aside for it, what is.
import { addDays, dayLong, isDay, rate } from '../base/format';
import { lang, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { FundsPosition } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Figures } from '../ui/act';
import { merchantName, useMerchants } from '../ui/merchants';
import { Empty, Failure, Field, Fresh, Head, Money, Panel, Skeleton, today } from '../ui/parts';
import { Table } from '../ui/table';

export function Funds() {
  useMerchants();
  const given = place.value.query.get('asOf');
  const asOf = isDay(given) ? given : addDays(today(), -1);
  if (!isDay(given)) queueMicrotask(() => setQuery({ asOf }, { replace: true }));
  const got = useGet<FundsPosition>(`/v1/funds?asOf=${asOf}`);
  const f = got.data;
  return (
    <>
      <Head title={t('funds')} sub={<>{t('fundsAsOf', dayLong(asOf, lang.value))} <Fresh at={got.at} /></>}>
        <Field label={t('closeOf')}>{(id) => <input id={id} type="date" value={asOf} onChange={(e) => isDay(e.currentTarget.value) && setQuery({ asOf: e.currentTarget.value })} />}</Field>
      </Head>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {!f && !got.problem && <Skeleton />}
      {f && (
        <div class={got.isStale ? 'stale' : undefined}>
          {f.totals.map((x) => (
            <Figures key={x.currency} rows={[
              [t('approvedUnpaid'), <Money value={x.approvedUnpaid} currency={x.currency} />],
              [`${t('required')} (${rate(f.ratioPpm)})`, <Money value={x.requiredAmount} currency={x.currency} />],
              [t('heldFunds'), <Money value={x.heldAmount} currency={x.currency} />],
              [t('gap'), <span class={`badge ${x.gap < 0 ? 'bad' : 'good'}`}><Money value={x.gap} currency={x.currency} plain /></span>, true],
            ]} />
          ))}
          <div class="split">
            <Panel flush title={t('byMerchant')}>
              {f.rows.length === 0 ? <Empty title={t('nothingUnpaid')} /> : (
                <Table caption={t('funds')} rows={f.rows} keyOf={(r) => r.merchantId + r.currency} columns={[
                  { id: 'm', label: t('merchant'), card: 'title', wide: true, cell: (r) => <a href={href('/payouts', { merchant: r.merchantId })}>{r.merchantName ?? merchantName(r.merchantId)}</a> },
                  { id: 'a', label: t('approvedUnpaid'), num: true, cell: (r) => <Money value={r.approvedUnpaid} currency={r.currency} /> },
                  { id: 'r', label: t('required'), num: true, card: 'lead', cell: (r) => <Money value={r.requiredAmount} currency={r.currency} /> },
                ]} />
              )}
            </Panel>
            <Panel title={t('heldFunds')}>
              {f.held.length === 0 ? <p class="dim">{t('noHeld')}</p> : <dl class="facts">{f.held.map((h) => <div key={h.kind + h.institution}><dt>{h.institution}</dt><dd><Money value={h.amount} currency={h.currency ?? 'KRW'} /> <span class="dim">{h.kind}</span></dd></div>)}</dl>}
            </Panel>
          </div>
        </div>
      )}
    </>
  );
}
