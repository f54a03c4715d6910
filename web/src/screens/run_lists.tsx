// What a day's run made: its lines, what it could not settle and why, and where a canary came to another fee.
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { type Got, useAgain, useGet } from '../base/live';
import type { CanaryDifference, FailedItem, LineSummary, List } from '../base/money_types';
import { href, place } from '../base/url';
import { LiveTable } from '../ui/held';
import { Because, Empty, Id, Loaded, Money, Pages, Said, paged } from '../ui/parts';
import { LineTable } from './settlement_lines';

interface OfRun {
  date: string;
  turn: string; // how far the run is: another one, and the list is asked for again
  mine: boolean; // the reader ran it: what came of it is shown at once
}

function useRunList<T>(path: string, { turn }: OfRun): Got<List<T>> {
  const got = useGet<List<T>>(paged(path));
  useAgain(got, turn);
  return got;
}

export function RunLines(run: OfRun) {
  const merchant = place.value.query.get('merchant');
  const got = useRunList<LineSummary>(`/v1/settlement/runs/${run.date}/lines${merchant ? `?merchant=${merchant}` : ''}`, run);
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noLines)}>{t(w.noLinesMore)}</Empty> : (
        <>
          <LineTable lines={items} of={listOf(got, run)} withMerchant dim={got.isStale} />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}

/** To whoever ran the day each answer is another list; under another reader what came of it waits. */
const listOf = (got: Got<unknown>, { mine }: OfRun) => got.turn + (mine ? got.at : '');

/** Where a failure of this kind is mended. */
function mendAt(f: FailedItem): [string, string] | undefined {
  if (f.code === 'NO_CONTRACT' || f.code === 'NO_RATE') return [href('/contracts', { merchant: f.merchantId ?? '' }), t(w.toContract)];
  if (f.code === 'NO_CALENDAR' || f.code === 'CALENDAR_ENDS') return [href('/contracts', { tab: 'calendars' }), t(w.toCalendar)];
  return undefined;
}

export function Failures(run: OfRun) {
  const got = useRunList<FailedItem>(`/v1/settlement/runs/${run.date}/failures`, run);
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noFailures)}>{t(w.noFailuresMore)}</Empty> : (
        <>
          <LiveTable
            of={listOf(got, run)}
            whole={!nextCursor}
            caption={t(w.failed)}
            rows={items}
            keyOf={(f) => f.lineId}
            columns={[
              { label: t(w.payment), card: 'title', cell: (f) => <a href={href(`/payments/${f.paymentId}`)}><Id id={f.paymentId} /></a> },
              { label: t(w.merchant), clip: true, cell: (f) => f.merchantName },
              { label: t(w.kind), cell: (f) => code('lineKind', f.kind) },
              { label: t(w.why), wide: true, cell: (f) => <Because of={f} /> },
              { label: t(w.action), cell: (f) => { const to = mendAt(f); return to && <a href={to[0]}>{to[1]} →</a>; } },
              { label: t(w.amount), num: true, card: 'lead', cell: (f) => <Money value={f.amount} currency={f.currency} /> },
            ]}
          />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}

export function Differences(run: OfRun) {
  const got = useRunList<CanaryDifference>(`/v1/settlement/runs/${run.date}/differences`, run);
  return (
    <Loaded got={got}>
      {({ items, nextCursor }) => (items.length === 0 ? <Empty title={t(w.noCanaryDifference)}>{t(w.canaryIs)}</Empty> : (
        <>
          <LiveTable
            of={listOf(got, run)}
            caption={t(w.canaryDifferences)}
            rows={items}
            keyOf={(d) => d.canary + d.lineId}
            columns={[
              { label: t(w.settlementLine), card: 'title', cell: (d) => <a href={href(`/settlement/lines/${d.lineId}`)}><Id id={d.lineId} /></a> },
              { label: t(w.canary), cell: (d) => d.canary },
              { label: t(w.merchant), clip: true, cell: (d) => d.merchantName },
              { label: t(w.why), wide: true, cell: (d) => <Said>{d.detail}</Said> },
              { label: t(w.feeNow), num: true, cell: (d) => <Money value={d.feeNow} currency={d.currency} /> },
              { label: t(w.feeCandidate), num: true, cell: (d) => <Money value={d.feeCandidate} currency={d.currency} /> },
              { label: t(w.difference), num: true, card: 'lead', cell: (d) => <Money value={d.feeCandidate - d.feeNow} currency={d.currency} /> },
            ]}
          />
          <Pages next={nextCursor} />
        </>
      ))}
    </Loaded>
  );
}
