// Saved views of one screen: open, save, drop.
import { useState } from 'preact/hooks';
import { daysBetween } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { go, href, place } from '../base/url';
import { type SavedView, dropView, saveView, savedViews } from '../base/views';
import { Menu } from './parts';
import { lastDays, periodOf } from './period';

function addressOf(view: SavedView): string {
  const query = new URLSearchParams(view.query);
  if (view.days !== undefined) {
    const period = lastDays(view.days);
    query.set('from', period.from);
    query.set('until', period.until);
  }
  return href(view.path, query);
}

export function SavedViews() {
  const here = place.value;
  const [name, setName] = useState('');
  const [moving, setMoving] = useState(true);
  const mine = savedViews.value.filter((v) => v.path === here.path);
  const save = (event: Event) => {
    event.preventDefault();
    if (name.trim() === '') return;
    const query = new URLSearchParams(here.query);
    for (const passing of ['after', 'page', 'cursor']) query.delete(passing);
    const view: SavedView = { name: name.trim(), path: here.path, query: query.toString() };
    if (moving) {
      const period = periodOf(query);
      view.days = daysBetween(period.from, period.until);
    }
    saveView(view);
    setName('');
  };
  return (
    <Menu label={t(w.savedViews)}>
      {mine.length === 0 && <p class="dim">{t(w.noSavedViews)}</p>}
      <ul class="plain-list">
        {mine.map((view) => (
          <li key={view.name}>
            <button type="button" class="link" onClick={() => go(addressOf(view))}>
              {view.name}
            </button>
            <button type="button" class="quiet small" onClick={() => dropView(view)} aria-label={`${t(w.remove)}: ${view.name}`}>
              {t(w.remove)}
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={save} class="save-view">
        <input aria-label={t(w.viewName)} placeholder={t(w.viewName)} value={name} maxLength={60} onInput={(e) => setName(e.currentTarget.value)} />
        <label class="check">
          <input type="checkbox" checked={moving} onChange={(e) => setMoving(e.currentTarget.checked)} />
          {t(w.movingDates)}
        </label>
        <button type="submit" disabled={name.trim() === ''}>
          {t(w.saveView)}
        </button>
      </form>
    </Menu>
  );
}
