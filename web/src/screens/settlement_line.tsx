// One line of settlement: how its amount came about, rule by rule, worked out again by the server while one waits.
import { dayLong, rate } from '../base/format';
import { code, lang, t } from '../base/i18n';
import { useGet } from '../base/live';
import type { Line } from '../base/money_types';
import { href } from '../base/url';
import { Figures } from '../ui/act';
import { Facts, Head, Id, Loaded, Money, None, Panel, Time } from '../ui/parts';
import { Table } from '../ui/table';

function Explained({ line }: { line: Line }) {
  const sum = (value: number | undefined) => <Money value={value} currency={line.currency} />;
  return (
    <div class="stack">
      <Panel flush title={t('explain')} aside={<span class={`badge ${line.recomputed ? 'good' : 'bad'}`} title={line.whyNotRecomputed}>{line.recomputed ? t('recomputed') : t('notRecomputed')}</span>}>
        {line.whyNotRecomputed && <p class="note">{line.whyNotRecomputed}</p>}
        <Table
          caption={t('explain')}
          rows={line.explain}
          keyOf={(_, i) => String(i)}
          columns={[
            { id: 'r', label: t('rule'), card: 'title', cell: (e) => code('step', e.rule) },
            { id: 'f', label: t('formula'), cell: (e) => <code class="wrap">{e.formula}</code> },
            { id: 'v', label: t('value'), num: true, card: 'lead', cell: (e) => (e.rule === 'payout date' ? '' : sum(e.value)) },
          ]}
        />
      </Panel>
      <Panel flush title={t('fees')}>
        <Table
          caption={t('fees')}
          rows={line.fees}
          keyOf={(_, i) => String(i)}
          columns={[
            { id: 't', label: t('rule'), card: 'title', wide: true, cell: (f) => <span class="two"><span>{f.rule ?? '–'}</span><span class="dim small-text">{code('feeType', f.type)}</span></span> },
            { id: 'b', label: t('base'), num: true, cell: (f) => (f.base === undefined ? <None /> : sum(f.base)) },
            { id: 'p', label: t('rate'), num: true, cell: (f) => (f.ratePpm || f.fixed ? <>{f.ratePpm ? rate(f.ratePpm) : ''}{f.ratePpm && f.fixed ? ' + ' : ''}{f.fixed ? sum(f.fixed) : ''}</> : <None />) },
            { id: 'a', label: t('amount'), num: true, card: 'lead', cell: (f) => sum(f.amount) },
          ]}
        />
      </Panel>
    </div>
  );
}

export function SettlementLine({ id }: { id: string }) {
  const got = useGet<Line>(`/v1/settlement/lines/${encodeURIComponent(id)}`);
  const line = got.data;
  return (
    <>
      <Head
        title={<>{t('settlementLine')} {line && <span class="badge">{code('lineKind', line.kind)}</span>} {line?.late && <span class="badge warn">{t('late')}</span>}</>}
        sub={line ? <>{line.merchantName} · <a href={href(`/payments/${line.paymentId}`)}>{t('payment')} {line.orderId}</a> · <Id id={line.lineId} /></> : <Id id={id} whole />}
      />
      <Loaded got={got}>
        {(l) => {
          const sum = (value: number) => <Money value={value} currency={l.currency} />;
          return (
            <>
              <Figures rows={[[t('gross'), sum(l.gross)], [t('feeWithVat'), <Money value={-l.fee} currency={l.currency} plain />], [t('netPaid'), sum(l.net), true]]} />
              <div class="split">
                <Explained line={l} />
                <Panel title={t('about')}>
                  <Facts rows={[
                    [t('method'), l.method && `${code('method', l.method)} ${l.issuer ? code('issuer', l.issuer) : ''} ${l.months ? t('months', l.months) : ''}`],
                    [t('time'), l.at && <Time at={l.at} full />],
                    [t('basisDate'), l.basisDate && dayLong(l.basisDate, lang.value)],
                    [t('payoutDate'), l.payoutDate ? dayLong(l.payoutDate, lang.value) : t('noDay')],
                    [t('run'), l.runDate && <a href={href(`/settlement/${l.runDate}`)}>{l.runDate}</a>],
                    [t('payout'), l.payoutId ? <a href={href(`/payouts/${l.payoutId}`)}><Id id={l.payoutId} /></a> : t('notPaidYet')],
                    [t('feeSupply'), sum(l.feeSupply)],
                    [t('feeVat'), sum(l.feeVat)],
                    [t('contract'), <a href={href('/contracts', { merchant: l.contract.merchantId, version: String(l.contract.version) })}>v{l.contract.version}</a>],
                    [t('calendar'), `${l.calendar} v${l.calendarVersion}`],
                    [t('calculator'), `${l.calculator}${l.canary ? ` · ${l.canary}` : ''}`],
                    [t('givesBackFrom'), l.before && <>{sum(l.before.amount)}, {t('ofWhichLeft')} {sum(l.before.amountLeft)}</>],
                  ]} />
                  <details class="raw"><summary>{t('contractThen')}</summary><pre tabIndex={0}>{JSON.stringify(l.contract, null, 2)}</pre></details>
                </Panel>
              </div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
