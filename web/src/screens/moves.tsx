// What a change would move: payouts, lines, and lines that would fail; a page of each, on by the answer's cursors, or
// all of it as a file.
import { useState } from 'preact/hooks';
import { type Problem, problemOf } from '../base/api';
import { BOM, type Cell, Plain, csvLine, csvRow, download } from '../base/csv';
import { count, decimal } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import type { WhatIf } from '../base/money_types';
import { href } from '../base/url';
import { Figures } from '../ui/act';
import { merchantName } from '../ui/merchants';
import { Day, Failure, Id, Money, None } from '../ui/parts';
import { type Column, Table } from '../ui/table';

export const MOVES_SHOWN = 20;
const IN_A_FILE = 5000;

/** The same question again with this `limit` and `cursor`. */
export type AskMoves = (query: string) => Promise<WhatIf>;

const LISTS = [['payouts', 'nextPayoutsCursor', w.payoutsMove], ['lines', 'nextLinesCursor', w.linesMove], ['failures', 'nextFailuresCursor', w.linesFail]] as const;
type List = (typeof LISTS)[number];

function FromTo<T>({ of, show }: { of: { from?: T; to?: T }; show: (value: T) => preact.ComponentChildren }) {
  const side = (value: T | undefined) => (value === undefined ? <None /> : show(value));
  return <span class="tab">{of.from !== of.to && <>{side(of.from)} → </>}{side(of.to)}</span>;
}

/** `of` and a further page of one of its lists. */
function joined(of: WhatIf, [name, next]: List, more: WhatIf): WhatIf {
  return { ...of, [name]: [...of[name], ...more[name]], [next]: more[next] };
}

const onBy = (limit: number, cursor: string) => `limit=${limit}&cursor=${encodeURIComponent(cursor)}`;

async function save(shown: WhatIf, ask: AskMoves) {
  let all = shown;
  for (const list of LISTS) {
    for (let cursor = all[list[1]]; cursor !== null; cursor = all[list[1]]) all = joined(all, list, await ask(onBy(IN_A_FILE, cursor)));
  }
  const amount = (value: number | undefined, currency: string): Cell | Plain => (value === undefined ? '' : new Plain(decimal(value, currency, false)));
  const head = ['list', 'merchantId', 'merchant', 'paymentId', 'lineId', 'payoutId', 'currency', 'payoutDateFrom', 'payoutDateTo', 'feeFrom', 'feeTo', 'netFrom', 'netTo', 'by', 'reason', 'accountFrom', 'accountTo'];
  download('what_if.csv', [
    BOM + csvRow(head),
    ...all.payouts.map((p) => csvLine(['payout', p.merchantId, merchantName(p.merchantId), '', '', p.payoutId, p.currency, p.date.from, p.date.to, '', '', amount(p.next?.amount.from, p.currency), amount(p.next ? p.next.amount.to : p.net, p.currency), '', '', p.next?.account.from, p.next?.account.to])),
    ...all.lines.map((l) => csvLine(['line', l.merchantId, merchantName(l.merchantId), l.paymentId, l.lineId, '', l.currency, l.payoutDate.from, l.payoutDate.to, amount(l.fee.from, l.currency), amount(l.fee.to, l.currency), amount(l.net.from, l.currency), amount(l.net.to, l.currency), l.by, l.fails, '', ''])),
    ...all.failures.map((f) => csvLine(['failure', f.merchantId, merchantName(f.merchantId), f.paymentId, f.lineId, '', f.currency, '', '', '', '', '', '', f.by, f.reason, '', ''])),
  ]);
}

const payment = (of: { paymentId: string }) => <a href={href(`/payments/${of.paymentId}`)}><Id id={of.paymentId} /></a>;

const PAYOUTS = (): Column<WhatIf['payouts'][number]>[] => [
  { label: t(w.merchant), card: 'title', wide: true, cell: (p) => merchantName(p.merchantId) },
  { label: t(w.payoutDate), cell: (p) => <FromTo of={p.date} show={(day) => <Day at={day} />} /> },
  { label: t(w.netPaid), num: true, card: 'lead', cell: (p) => (p.next ? <FromTo of={p.next.amount} show={(v) => <Money value={v} currency={p.currency} />} /> : <Money value={p.net} currency={p.currency} />) },
  { label: t(w.account), cell: (p) => (p.next ? <FromTo of={p.next.account} show={(account) => <code>{account}</code>} /> : <None />) },
];
const LINES = (): Column<WhatIf['lines'][number]>[] => [
  { label: t(w.payment), card: 'title', wide: true, cell: (l) => <>{payment(l)} {l.fails && <span class="badge bad">{t(w.failed)}</span>}</> },
  { label: t(w.payoutDate), cell: (l) => <FromTo of={l.payoutDate} show={(day) => <Day at={day} />} /> },
  { label: t(w.feeWithVat), num: true, cell: (l) => <FromTo of={l.fee} show={(v) => <Money value={v} currency={l.currency} plain />} /> },
  { label: t(w.netPaid), num: true, card: 'lead', cell: (l) => <FromTo of={l.net} show={(v) => <Money value={v} currency={l.currency} />} /> },
];
const FAILURES = (): Column<WhatIf['failures'][number]>[] => [
  { label: t(w.payment), card: 'title', cell: payment },
  { label: t(w.merchant), cell: (f) => merchantName(f.merchantId) },
  { label: t(w.why), wide: true, cell: (f) => code('trouble', f.reason) },
];

export function Moves({ of, ask }: { of: WhatIf; ask: AskMoves }) {
  const [all, setAll] = useState(of);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const counts = of.counts;
  if (counts.lines + counts.payouts + counts.failures === 0) return <p>{t(w.movesNothing)}</p>;
  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      const why = problemOf(error);
      setProblem(why.code === 'INVALID_CURSOR' ? { ...why, hint: t(w.bookMoved) } : why);
    }
    setBusy(false);
  };
  const more = (list: List, cursor: string) => doing(async () => {
    const page = await ask(onBy(MOVES_SHOWN, cursor));
    setAll((shown) => joined(shown, list, page));
  });
  const table = (name: List[0], caption: string) => {
    if (name === 'payouts') return <Table caption={caption} rows={all.payouts} keyOf={(_, i) => String(i)} columns={PAYOUTS()} />;
    if (name === 'lines') return <Table caption={caption} rows={all.lines} keyOf={(l) => l.lineId} columns={LINES()} />;
    return <Table caption={caption} rows={all.failures} keyOf={(_, i) => String(i)} columns={FAILURES()} />;
  };
  return (
    <div class="moves">
      <Figures rows={[
        [t(w.lines), count(counts.lines)], [t(w.payouts), count(counts.payouts)], [t(w.merchants), count(counts.merchants)],
        ...(counts.failures > 0 ? [[t(w.failed), <span class="badge bad">{count(counts.failures)}</span>] as [string, preact.ComponentChildren]] : []),
        ...of.feeDelta.map((d): [string, preact.ComponentChildren, boolean] => [t(w.feeDelta), <Money value={d.amount} currency={d.currency} plain />, true]),
      ]} />
      {LISTS.map((list) => {
        const [name, next, word] = list;
        const cursor = all[next];
        return all[name].length > 0 && (
          <section key={name}>
            <h2>{t(word)}</h2>
            {table(name, t(word))}
            {cursor !== null && <button type="button" class="small" disabled={busy} onClick={() => more(list, cursor)}>{t(w.showMore, count(all[name].length), count(counts[name]))}</button>}
          </section>
        );
      })}
      {problem && <Failure problem={problem} />}
      <p><button type="button" class="small" disabled={busy} onClick={() => doing(() => save(all, ask))}>CSV</button></p>
    </div>
  );
}
