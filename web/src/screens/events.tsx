// The feed as it comes: from now on, or from any cursor. Newest on top; it stands still while it
// is looked at.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, get, problemOf } from '../base/api';
import { count } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { CODES } from '../base/words_codes';
import type { EventPage, LedgerEvent } from '../base/types';
import { href, place, setQuery } from '../base/url';
import { LiveTable } from '../ui/held';
import { Copy, Empty, Failure, Field, Fresh, Head, Id, Money, Skeleton, Time } from '../ui/parts';

const SHOWN_MAX = 300;
const PAGE = 100;
const LIVE_MS = 2000;

interface Feed {
  of: string; // where it began, and which type alone
  events: LedgerEvent[];
  cursor?: string | undefined;
  problem?: Problem | undefined;
  at: number;
  behind: boolean; // there is more right now
}

function useFeed(after: string | null, kind: string, paused: boolean): Feed {
  const of = `${after ?? ''} ${kind}`;
  const [feed, setFeed] = useState<Feed>({ of, events: [], at: 0, behind: false });
  const opened = useRef<string>(); // where the feed stood when somebody came: another type begins there again
  useEffect(() => {
    if (paused) return;
    const abort = new AbortController();
    let timer = 0;
    let cursor = feed.of === of ? feed.cursor : undefined;
    const ask = async () => {
      try {
        cursor ??= after ?? opened.current ?? 'now';
        const page = await get<EventPage>(`/v1/events?limit=${PAGE}&after=${encodeURIComponent(cursor)}${kind ? `&types=${encodeURIComponent(kind)}` : ''}`, { signal: abort.signal, background: true });
        cursor = page.nextCursor ?? cursor;
        if (after === null) opened.current ??= cursor;
        setFeed((f) => ({ of, events: [...page.events.slice().reverse(), ...(f.of === of ? f.events : [])].slice(0, SHOWN_MAX), cursor, at: Date.now(), behind: page.hasMore }));
        timer = window.setTimeout(ask, page.hasMore ? 400 : LIVE_MS);
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = problemOf(error);
        const none = { of, events: [], at: 0, behind: false, problem };
        if (problem.code === 'POSITION_LOST') {
          // The ledger was restored: of what is shown some never happened. What it has comes from here on.
          cursor = problem.goOnAfter ?? 'now';
          if (after === null) opened.current = cursor;
          setFeed({ ...none, cursor });
        } else {
          setFeed((f) => (f.of === of ? { ...f, problem } : none));
        }
        timer = window.setTimeout(ask, 5000);
      }
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [of, paused]);
  return feed;
}

export function Events() {
  const query = place.value.query;
  const after = query.get('after');
  const kind = query.get('type') ?? '';
  const [paused, setPaused] = useState(false);
  const [opened, setOpened] = useState('');
  const feed = useFeed(after, kind, paused || opened !== '');
  const short = (e: LedgerEvent) => e.type.replace('com.wonjang.', '');
  const rows = feed.events;
  return (
    <>
      <Head title={t(w.events)} sub={<>{t(w.eventsAre)} <Fresh at={feed.at} /></>}>
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>{paused ? t(w.goOn) : t(w.pause)}</button>
        <button type="button" disabled={!feed.cursor} onClick={() => setQuery({ after: feed.cursor })} title={t(w.fromHereHint)}>{t(w.fromHere)}</button>
      </Head>
      <div class="filters">
        <div class="filter-row open">
          <Field label={t(w.eventType)}>{(id) => (
            <select id={id} value={kind} onChange={(e) => setQuery({ type: e.currentTarget.value })}>
              <option value="">{t(w.all)}</option>
              {Object.keys(CODES.event).map((one) => <option key={one} value={one}>{code('event', one)}</option>)}
            </select>
          )}</Field>
          <Field label={t(w.afterCursor)}>{(id) => <input id={id} value={after ?? ''} placeholder={t(w.afterNewest)} onChange={(e) => setQuery({ after: e.currentTarget.value.trim() })} />}</Field>
          <span class="dim small-text" role="status">{feed.behind ? t(w.catchingUp) : t(w.shownOf, count(rows.length))}</span>
        </div>
      </div>
      {feed.problem && <Failure problem={feed.problem} />}
      {rows.length === 0 && !feed.problem && (feed.at ? <Empty title={t(w.waitingForEvents)}>{t(w.waitingForEventsMore)}</Empty> : <Skeleton />)}
      {rows.length > 0 && (
        <LiveTable
          of={feed.of}
          caption={t(w.events)}
          rows={rows}
          keyOf={(e) => e.id}
          detail={(e) => opened === e.id && <><Copy text={JSON.stringify(e, null, 2)} label={e.id} /><pre tabIndex={0}>{JSON.stringify(e, null, 2)}</pre></>}
          columns={[
            { label: t(w.time), zone: true, cell: (e) => <Time at={e.recordedtime ?? e.time} /> },
            { label: t(w.event), card: 'title', wide: true, cell: (e) => <span class="two"><span>{code('event', short(e))}</span><code class="dim">{short(e)}</code></span> },
            { label: t(w.payment), cell: (e) => (e.data.paymentId ? <a href={href(`/payments/${e.data.paymentId}`)}><Id id={e.data.paymentId} /></a> : <Id id={e.subject} />) },
            { label: t(w.actor), cell: (e) => code('actor', e.data.actor?.kind) },
            { label: t(w.amount), num: true, card: 'lead', cell: (e) => <Money value={e.data.amount ?? e.data.totalAmount} currency={e.data.currency ?? 'KRW'} /> },
            { label: t(w.action), cell: (e) => <button type="button" class="small" aria-expanded={opened === e.id} onClick={() => setOpened(opened === e.id ? '' : e.id)}>JSON</button> },
          ]}
        />
      )}
    </>
  );
}
