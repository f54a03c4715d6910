// The period of a list or a total: always on the screen, always in the address. The address holds a half-open
// range as the API takes it; people see its last day.
import { addDays, dayLong, daysBetween, isDay } from '../base/format';
import { lang, t } from '../base/i18n';
import * as w from '../base/words';
import { setQuery } from '../base/url';
import { Field, today } from './parts';

export interface Period {
  from: string;
  until: string; // not included
}

const DEFAULT_DAYS = 7;

/** The period of `query`; one that is missing or wrong is the last `days`, and `ahead` more. */
export function periodOf(query: URLSearchParams, days = DEFAULT_DAYS, ahead = 0): Period & { given: boolean } {
  const from = query.get('from');
  const until = query.get('until');
  if (isDay(from) && isDay(until) && from < until) return { from, until, given: true };
  const end = addDays(today(), 1);
  return { from: addDays(end, -days), until: addDays(end, ahead), given: false };
}

export function lastDays(days: number): Period {
  const until = addDays(today(), 1);
  return { from: addDays(until, -days), until };
}

export function periodText(period: Period): string {
  const last = addDays(period.until, -1);
  return period.from === last ? dayLong(last, lang.value) : `${dayLong(period.from, lang.value)} – ${dayLong(last, lang.value)}`;
}

const RESET = { after: undefined, page: undefined, cursor: undefined };

export function PeriodPicker({ period }: { period: Period }) {
  const set = (from: string, until: string) => setQuery({ from, until, ...RESET });
  const now = today();
  const tomorrow = addDays(now, 1);
  const choices: [string, string, string][] = [
    [t(w.today), now, tomorrow],
    [t(w.yesterday), addDays(now, -1), now],
    [t(w.days7), addDays(tomorrow, -7), tomorrow],
    [t(w.days30), addDays(tomorrow, -30), tomorrow],
    [t(w.thisMonth), `${now.slice(0, 8)}01`, tomorrow],
  ];
  const last = addDays(period.until, -1);
  return (
    <div class="period" role="group" aria-label={t(w.period)}>
      <div class="segments">
        {choices.map(([label, from, until]) => (
          <button key={label} type="button" aria-pressed={from === period.from && until === period.until} onClick={() => set(from, until)}>
            {label}
          </button>
        ))}
      </div>
      <Field label={t(w.fromDay)}>
        {(id) => (
          <input id={id} type="date" value={period.from} max={last} onChange={(e) => isDay(e.currentTarget.value) && set(e.currentTarget.value, e.currentTarget.value < period.until ? period.until : addDays(e.currentTarget.value, 1))} />
        )}
      </Field>
      <Field label={t(w.toDay)}>
        {(id) => (
          <input id={id} type="date" value={last} min={period.from} onChange={(e) => isDay(e.currentTarget.value) && set(period.from <= e.currentTarget.value ? period.from : e.currentTarget.value, addDays(e.currentTarget.value, 1))} />
        )}
      </Field>
      <span class="dim small-text period-days">{t(w.daysLong, daysBetween(period.from, period.until))}</span>
    </div>
  );
}
