// One line of settlement: how its amount came about, rule by rule, worked out again by the server while one waits.
import { rate } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Line } from '../base/money_types';
import { href } from '../base/url';
import { Figures } from '../ui/act';
import { Day, Facts, Head, Id, Loaded, Money, None, Panel, Said, Time } from '../ui/parts';
import { Table } from '../ui/table';

function Explained({ line }: { line: Line }) {
  const sum = (value: number | undefined) => <Money value={value} currency={line.currency} />;
  return (
    <div class="stack">
      <Panel flush title={t(w.explain)} aside={<span class={`badge ${line.recomputed ? 'good' : 'bad'}`} title={line.whyNotRecomputed}>{line.recomputed ? t(w.recomputed) : t(w.notRecomputed)}</span>}>
        {line.whyNotRecomputed && <p class="note">{t(w.notRecomputed)}. <Said>{line.whyNotRecomputed}</Said></p>}
        <Table
          caption={t(w.explain)}
          rows={line.explain}
          keyOf={(_, i) => String(i)}
          columns={[
            { label: t(w.rule), card: 'title', cell: (e) => code('step', e.rule) },
            { label: t(w.formula), cell: (e) => <code class="wrap">{e.formula}</code> },
            { label: t(w.value), num: true, card: 'lead', cell: (e) => (e.rule === 'payout date' ? '' : sum(e.value)) },
          ]}
        />
      </Panel>
      <Panel flush title={t(w.fees)}>
        <Table
          caption={t(w.fees)}
          rows={line.fees}
          keyOf={(_, i) => String(i)}
          columns={[
            { label: t(w.rule), card: 'title', wide: true, cell: (f) => <span class="two"><span>{f.rule ?? '–'}</span><span class="dim small-text">{code('feeType', f.type)}</span></span> },
            { label: t(w.base), num: true, cell: (f) => (f.base === undefined ? <None /> : sum(f.base)) },
            { label: t(w.rate), num: true, cell: (f) => (f.ratePpm || f.fixed ? <>{f.ratePpm ? rate(f.ratePpm) : ''}{f.ratePpm && f.fixed ? ' + ' : ''}{f.fixed ? sum(f.fixed) : ''}</> : <None />) },
            { label: t(w.amount), num: true, card: 'lead', cell: (f) => sum(f.amount) },
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
        title={<>{t(w.settlementLine)} {line && <span class="badge">{code('lineKind', line.kind)}</span>} {line?.late && <span class="badge warn">{t(w.late)}</span>}</>}
        sub={line ? <>{line.merchantName} · <a href={href(`/payments/${line.paymentId}`)}>{t(w.payment)} {line.orderId}</a> · <Id id={line.lineId} /></> : <Id id={id} whole />}
      />
      <Loaded got={got}>
        {(l) => {
          const sum = (value: number) => <Money value={value} currency={l.currency} />;
          return (
            <>
              <Figures rows={[[t(w.gross), sum(l.gross)], [t(w.feeWithVat), <Money value={-l.fee} currency={l.currency} plain />], [t(w.netPaid), sum(l.net), true]]} />
              <div class="split">
                <Explained line={l} />
                <Panel title={t(w.about)}>
                  <Facts rows={[
                    [t(w.method), l.method && `${code('method', l.method)} ${l.issuer ? code('issuer', l.issuer) : ''} ${l.months ? t(w.months, l.months) : ''}`],
                    [t(w.interestPayer), l.interestPayer && code('interestPayer', l.interestPayer)],
                    [t(w.time), l.at && <Time at={l.at} zone />],
                    [t(w.basisDate), l.basisDate && <Day at={l.basisDate} long />],
                    [t(w.payoutDate), l.payoutDate ? <Day at={l.payoutDate} long /> : t(w.noDay)],
                    [t(w.run), l.runDate && <a href={href(`/settlement/${l.runDate}`)}><Day at={l.runDate} /></a>],
                    [t(w.payout), l.payoutId ? <a href={href(`/payouts/${l.payoutId}`)}><Id id={l.payoutId} /></a> : t(w.notPaidYet)],
                    [t(w.feeSupply), sum(l.feeSupply)],
                    [t(w.feeVat), sum(l.feeVat)],
                    [t(w.contract), <a href={href('/contracts', { merchant: l.contract.merchantId, version: String(l.contract.version) })}>v{l.contract.version}</a>],
                    [t(w.calendar), `${l.calendar} v${l.calendarVersion}`],
                    [t(w.calculator), `${l.calculator}${l.canary ? ` · ${l.canary}` : ''}`],
                    [t(w.givesBackFrom), l.before && <>{sum(l.before.amount)}, {t(w.ofWhichLeft)} {sum(l.before.amountLeft)}</>],
                  ]} />
                  <details class="raw"><summary>{t(w.contractThen)}</summary><pre tabIndex={0}>{JSON.stringify(l.contract, null, 2)}</pre></details>
                </Panel>
              </div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
