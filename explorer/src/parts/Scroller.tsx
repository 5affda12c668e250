/** What is wider than a phone: it scrolls by itself, with the keyboard too. */

import type { ComponentChildren } from 'preact';

export function Scroller({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser can scroll it otherwise
    <section class="scroller" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
