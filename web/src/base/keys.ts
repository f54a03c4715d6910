// Keys that work everywhere: / search, g then a letter for a screen, j and k through rows, ? for this list.
// They are silent while somebody types.
import { signal } from '@preact/signals';
import { go, href } from './url';

export const helpOpen = signal(false);

export const PLACES: Record<string, string> = {
  h: '/', p: '/payments', t: '/totals', s: '/settlement', o: '/payouts', f: '/funds', b: '/breaks', d: '/in-doubt',
  v: '/operations', e: '/events', k: '/keys', m: '/merchants', j: '/journal',
};

let waitingForPlace = 0;

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.matches) return false;
  return element.matches('input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]');
}

function moveInRows(step: number) {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('main tbody tr.leads a:first-of-type')].filter((a) => a.closest('td')?.cellIndex === 0);
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = links[Math.max(0, Math.min(links.length - 1, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

export function focusSearch() {
  const box = document.querySelector<HTMLInputElement>('#global-search');
  box?.focus();
  box?.select();
}

function onKey(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (waitingForPlace > 0 && Date.now() < waitingForPlace) {
    waitingForPlace = 0;
    const to = PLACES[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(href(to));
      return;
    }
  }
  const acts: Record<string, () => void> = {
    '/': focusSearch,
    g: () => (waitingForPlace = Date.now() + 1200),
    j: () => moveInRows(1),
    k: () => moveInRows(-1),
    '?': () => (helpOpen.value = true),
    e: () => document.querySelector<HTMLButtonElement>('[data-key=e]')?.click(),
    '.': () => document.querySelector<HTMLButtonElement>('[data-key=act]')?.click(),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

export function startKeys() {
  document.addEventListener('keydown', onKey);
}
