// Saved views: a name for an address, kept in this browser. One is saved with its dates or, better for every
// morning, without: then the range is today's as far back as it was long.
import { signal } from '@preact/signals';

const KEPT = 'wonjang.views';
const VIEWS_MAX = 50;

export interface SavedView {
  name: string;
  path: string;
  query: string;
  days?: number; // a range that moves along: so many days up to today
}

function read(): SavedView[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter((v): v is SavedView => typeof v?.name === 'string' && typeof v?.path === 'string' && typeof v?.query === 'string');
  } catch {
    return [];
  }
}

export const savedViews = signal<SavedView[]>(read());

function store(views: SavedView[]) {
  savedViews.value = views.slice(-VIEWS_MAX);
  localStorage.setItem(KEPT, JSON.stringify(savedViews.value));
}

export function saveView(view: SavedView) {
  store([...savedViews.value.filter((v) => v.name !== view.name || v.path !== view.path), view]);
}

export function dropView(view: SavedView) {
  store(savedViews.value.filter((v) => v.name !== view.name || v.path !== view.path));
}
