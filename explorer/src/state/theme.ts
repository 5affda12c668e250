/**
 * Light or dark: as the system has it, or as somebody chose here. `public/theme.js` sets what was
 * chosen before the first paint.
 */

import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'waggle-theme';
const root = document.documentElement;

/** What was chosen. */
export const theme = signal<Theme>(
  root.dataset.theme === 'light' || root.dataset.theme === 'dark' ? root.dataset.theme : 'system',
);

/** Whether it is dark now. */
export function isDark(): boolean {
  return theme.peek() === 'system'
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : theme.peek() === 'dark';
}

/** Goes up when colours change: what is painted on a canvas has to be painted again. */
export const repaint = signal(0);

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  repaint.value += 1;
});

/** Choose. */
export function choose(to: Theme): void {
  if (to === 'system') {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = to;
  }
  theme.value = to;
  repaint.value += 1;
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // Where nothing may be stored, it holds until the page is left.
  }
}
