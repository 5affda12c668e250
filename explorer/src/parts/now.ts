/** The time, for what is said of it: it goes on by itself. */

import { useEffect, useState } from 'preact/hooks';

/** The time in milliseconds, told every `stepMs` milliseconds. */
export function useNow(stepMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return now;
}
