// Light, dark, or as the system has it.
import { signal } from '@preact/signals';
import { themeTurn } from '../ui/chart';

export type Theme = 'system' | 'light' | 'dark';
const KEPT = 'wonjang.theme';

export const theme = signal<Theme>('system');

function apply() {
  const root = document.documentElement;
  if (theme.value === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  themeTurn.value++;
}

export function setTheme(to: Theme) {
  theme.value = to;
  localStorage.setItem(KEPT, to);
  apply();
}

export function startTheme() {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'light' || kept === 'dark') theme.value = kept;
  apply();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeTurn.value++);
}
