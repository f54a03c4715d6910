// Calendars: which days banks are closed, version by version, and the form for the next one.
import { useState } from 'preact/hooks';
import { dayLong } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import { useGet } from '../base/live';
import type { Calendar, CalendarDifference, CalendarHead, List } from '../base/money_types';
import { href, place } from '../base/url';
import { Empty, Facts, Field, Loaded, Panel, Time, today } from '../ui/parts';
import { Table } from '../ui/table';
import { ProposeForm } from './changes';

const SHOWN = 40;

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
        {({ items }) => (items.length === 0 ? <Empty title={t(w.calendarsEqual)} /> : (
          <Table caption={t(w.differsFrom, of.version - 1)} rows={items} keyOf={(d) => `${d.date}${d.added}`} columns={[
            { label: t(w.difference), cell: (d) => <span class={`badge ${d.added ? 'info' : 'dim'}`}>{d.added ? t(w.added) : t(w.removed)}</span> },
            { label: t(w.day), cell: (d) => <span class="tab">{dayLong(d.date, lang.value)}</span> },
            { label: t(w.kind), cell: (d) => code('dayKind', d.kind) },
            { label: t(w.name), card: 'title', wide: true, cell: (d) => d.name },
          ]} />
        ))}
      </Loaded>
    </Panel>
  );
}

function OneCalendar({ head, versions }: { head: CalendarHead; versions: CalendarHead[] }) {
  const got = useGet<Calendar>(`/v1/calendars/${head.code}?version=${head.version}`);
  const [open, setOpen] = useState(false);
  return (
    <Loaded got={got}>
      {(one) => {
        const coming = one.closed.filter((d) => d.date >= today());
        return (
          <div class="split">
            <div class="stack">
              {one.version > 1 && <Differences of={one} />}
              <Panel flush title={t(w.nextHolidays)} aside={<button type="button" data-key="act" onClick={() => setOpen(true)}>{t(w.nextVersion)}…</button>}>
                {coming.length === 0 ? <Empty title={t(w.noHolidays)} /> : (
                  <Table caption={t(w.nextHolidays)} rows={coming.slice(0, SHOWN)} keyOf={(d) => d.date} columns={[
                    { label: t(w.day), cell: (d) => <span class="tab">{dayLong(d.date, lang.value)}</span> },
                    { label: t(w.kind), cell: (d) => code('dayKind', d.kind) },
                    { label: t(w.name), card: 'title', wide: true, cell: (d) => d.name },
                  ]} />
                )}
              </Panel>
            </div>
            <Panel title={`${one.code} v${one.version}`}>
              <Facts rows={[
                [t(w.covers), <span class="tab">{one.from} – {one.until}</span>],
                [t(w.closed), t(w.closedDays, one.closed.length)],
                [t(w.source), one.source],
                [t(w.knownAt), <Time at={one.knownAt} full />],
                [t(w.versions), <span class="links">{versions.map((v) => <a key={v.code + v.version} href={href('/contracts', { tab: 'calendars', code: v.code, version: String(v.version) })}>{v.code} v{v.version}</a>)}</span>],
              ]} />
            </Panel>
            {open && <CalendarForm from={one} onClose={() => setOpen(false)} />}
          </div>
        );
      }}
    </Loaded>
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
