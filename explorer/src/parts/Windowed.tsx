/**
 * Long lists of rows that are all alike in height: only those are made that the window shows, and
 * some around them. When rows come in on top while somebody reads further down, what is read stays
 * where it is.
 */

import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows that are made above and below the window. */
const AROUND = 12;
/** Widths at which rows are as high as on a phone. */
const NARROW = '(max-width: 720px)';

/** Which rows to make, from `from` to before `to`. */
export interface Range {
  from: number;
  to: number;
}

/**
 * The rows of a list that are near the window. `list` begins where the first row does. New rows
 * come in on top if `growsOnTop`.
 */
export function useRange(
  list: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  growsOnTop = false,
): Range {
  const [range, setRange] = useState<Range>({ from: 0, to: Math.min(count, 4 * AROUND) });
  const before = useRef(count);

  useLayoutEffect(() => {
    const more = count - before.current;
    before.current = count;
    const top = list.current?.getBoundingClientRect().top ?? 0;
    if (growsOnTop && more > 0 && top < 0 && count > more) {
      scrollBy({ top: more * height, behavior: 'instant' });
    }
  }, [count, height, list, growsOnTop]);

  useEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / height) - AROUND);
      const to = Math.min(count, Math.ceil((innerHeight - top) / height) + AROUND);
      setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    const later = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener('scroll', later, { passive: true });
    // Also when what is above the list grows.
    const watch = new ResizeObserver(later);
    watch.observe(document.body);
    return () => {
      watch.disconnect();
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
    };
  }, [count, height, list]);

  const from = Math.min(range.from, Math.max(0, count - 1));
  return { from, to: Math.max(from, Math.min(count, range.to)) };
}

/** Whether the window is as narrow as a phone's. */
export function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const update = () => setNarrow(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return isNarrow;
}
