// Calendars: which days banks are closed, version by version, and the form for the next one.
import { useState } from 'preact/hooks';
import { addDays } from '../base/format';
import { code, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Calendar, CalendarDifference, CalendarHead, List } from '../base/money_types';
import { href, place, setQuery } from '../base/url';
import { Day, Empty, Facts, Field, Loaded, Panel, Time, today } from '../ui/parts';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';

function CalendarForm({ from, onClose }: { from: Calendar | undefined; onClose: () => void }) {
  const [shipped, setShipped] = useState(!from);
  const [text, setText] = useState(from?.text ?? '');
  const note = useState('');
  return (
    <ProposeForm kind="CALENDAR" title={t(w.proposeCalendar)} note={note} ready={shipped || text.trim() !== ''} body={{ calendar: shipped ? { shipped: 'KR' } : { text } }} onClose={onClose}>
      <label class="check"><input type="checkbox" checked={shipped} onChange={(e) => setShipped(e.currentTarget.checked)} />{t(w.shippedCalendar)}</label>
      {!shipped && <Field label={t(w.calendarText)} hint={t(w.calendarTextHint)}>{(id, by) => <textarea id={id} class="mono" rows={16} spellcheck={false} aria-describedby={by} value={text} onInput={(e) => setText(e.currentTarget.value)} />}</Field>}
    </ProposeForm>
  );
}

function Differences({ of }: { of: CalendarHead }) {
  const got = useGet<List<CalendarDifference>>(`/v1/calendars/${of.code}/differences?from=${of.version - 1}&until=${of.version}`);
  return (
    <Panel flush title={t(w.differsFrom, of.version - 1)}>
      <Loaded got={got} rows={2}>
        {({ items }) => (items.length === 0 ? <Empty title={t(w.calendarsEqual)}>{t(w.calendarsEqualMore)}</Empty> : (
          <Table caption={t(w.differsFrom, of.version - 1)} rows={items} keyOf={(d) => `${d.date}${d.added}`} columns={[
            { label: t(w.difference), cell: (d) => <span class={`badge ${d.added ? 'info' : 'dim'}`}>{d.added ? t(w.added) : t(w.removed)}</span> },
            { label: t(w.day), cell: (d) => <Day at={d.date} long /> },
            { label: t(w.kind), cell: (d) => code('dayKind', d.kind) },
            { label: t(w.name), card: 'title', wide: true, cell: (d) => d.name },
          ]} />
        ))}
      </Loaded>
    </Panel>
  );
}

/** The form begins with the whole text; it is fetched when somebody opens it. */
function NextVersion({ of, onClose }: { of: CalendarHead; onClose: () => void }) {
  const got = useGet<Calendar>(`/v1/calendars/${of.code}?version=${of.version}`);
  return <Loaded got={got} rows={2}>{(from) => <CalendarForm from={from} onClose={onClose} />}</Loaded>;
}

/** The years that it covers. */
function yearsOf(head: CalendarHead): number[] {
  const first = Number(head.from.slice(0, 4));
  const last = Number(addDays(head.until, -1).slice(0, 4));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function Holidays({ of, onNext }: { of: CalendarHead; onNext: () => void }) {
  const years = yearsOf(of);
  const wanted = Number(place.value.query.get('year') ?? today().slice(0, 4));
  const year = years.includes(wanted) ? wanted : (years.at(-1) ?? wanted);
  const got = useGet<Calendar>(`/v1/calendars/${of.code}?version=${of.version}&year=${year}`);
  return (
    <Panel flush title={t(w.holidaysOf, year)} aside={(
      <span class="actions">
        <select aria-label={t(w.year)} value={String(year)} onChange={(e) => setQuery({ year: e.currentTarget.value })}>{years.map((one) => <option key={one} value={String(one)}>{one}</option>)}</select>
        <button type="button" data-key="act" onClick={onNext}>{t(w.nextVersion)}…</button>
      </span>
    )}>
      <Loaded got={got}>
        {({ closed }) => (closed.length === 0 ? <Empty title={t(w.noHolidays)}>{t(w.noHolidaysMore)}</Empty> : (
          <Table caption={t(w.holidaysOf, year)} rows={closed} keyOf={(d) => d.date} dim={got.isStale} columns={[
            { label: t(w.day), cell: (d) => <Day at={d.date} long /> },
            { label: t(w.kind), cell: (d) => code('dayKind', d.kind) },
            { label: t(w.name), card: 'title', wide: true, cell: (d) => d.name },
          ]} />
        ))}
      </Loaded>
    </Panel>
  );
}

function OneCalendar({ head, versions }: { head: CalendarHead; versions: CalendarHead[] }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="split">
      <div class="stack">
        {head.version > 1 && <Differences of={head} />}
        <Holidays of={head} onNext={() => setOpen(true)} />
      </div>
      <Panel title={`${head.code} v${head.version}`}>
        <Facts rows={[
          [t(w.covers), <><Day at={head.from} /> – <Day at={addDays(head.until, -1)} /></>],
          [t(w.closed), t(w.closedDays, head.days)],
          [t(w.source), head.source],
          [t(w.knownAt), <Time at={head.knownAt} zone />],
          [t(w.versions), <span class="links">{versions.map((v) => <a key={v.code + v.version} href={href('/contracts', { tab: 'calendars', code: v.code, version: String(v.version) })}>{v.code} v{v.version}</a>)}</span>],
        ]} />
      </Panel>
      {open && <NextVersion of={head} onClose={() => setOpen(false)} />}
    </div>
  );
}

export function Calendars() {
  const got = useGet<List<CalendarHead>>('/v1/calendars');
  const query = place.value.query;
  const [open, setOpen] = useState(false);
  return (
    <Loaded got={got}>
      {({ items }) => {
        const newest = [...items].sort((a, b) => b.version - a.version);
        const of = query.get('code') ?? newest[0]?.code;
        const chosen = newest.find((c) => c.code === of && String(c.version) === query.get('version')) ?? newest.find((c) => c.code === of);
        return chosen ? <OneCalendar head={chosen} versions={newest} /> : (
          <Empty title={t(w.noCalendars)}>
            <p>{t(w.noCalendarsMore)}</p>
            <button type="button" class="primary" data-key="act" onClick={() => setOpen(true)}>{t(w.proposeCalendar)}…</button>
            {open && <CalendarForm from={undefined} onClose={() => setOpen(false)} />}
          </Empty>
        );
      }}
    </Loaded>
  );
}
