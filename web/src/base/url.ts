// The address is the state: which screen, which filters, which page of a list. Everything here is below
// /console; what a screen wants remembered, it puts into the query.
import { computed, signal } from '@preact/signals';

const ROOT = '/console';

export interface Place {
  path: string; // "/payments/pay_..."
  query: URLSearchParams;
}

function read(): Place {
  const path = location.pathname.startsWith(ROOT) ? location.pathname.slice(ROOT.length) : location.pathname;
  return { path: path === '' ? '/' : path, query: new URLSearchParams(location.search) };
}

export const place = signal<Place>({ path: '/', query: new URLSearchParams() });
export const path = computed(() => place.value.path);

export function href(path: string, query?: URLSearchParams | Record<string, string | undefined>): string {
  const params = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (query && !(query instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, value);
  }
  const text = params.toString();
  return `${ROOT}${path === '/' ? '/' : path}${text === '' ? '' : `?${text}`}`;
}

export function go(to: string, options: { replace?: boolean } = {}) {
  if (to === location.pathname + location.search) return;
  if (options.replace) history.replaceState(history.state, '', to);
  else history.pushState(null, '', to);
  const before = place.value.path;
  place.value = read();
  if (!options.replace && before !== place.value.path) scrollTo(0, 0);
}

/** Changes some parameters of the query; empty ones are left out. A change is a step of the back button. */
export function setQuery(changes: Record<string, string | undefined | null>, options: { replace?: boolean } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  go(href(read().path, query), options);
}

export function listOf(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? '').split(',').filter((word) => word !== '');
}

/** Links of ours change the place without loading the page again; everything else is the browser's. */
function followLink(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (!link.pathname.startsWith(`${ROOT}/`)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

export function startRouter() {
  place.value = read();
  addEventListener('popstate', () => (place.value = read()));
  document.addEventListener('click', followLink);
}
