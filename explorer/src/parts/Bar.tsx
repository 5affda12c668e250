/** A number against a limit, as a bar: for those who see. The number itself stands beside it. */

import { decimals } from '../chain/numbers.ts';

const WIDTH = 100;

/** `range` is what the bar has room for; beyond `limit` it has the colour of what is bad. */
export function Bar({
  value,
  limit,
  range: [from, to],
  places,
}: {
  value: number | undefined;
  limit: number;
  range: [number, number];
  places: number;
}) {
  if (value === undefined) {
    return <span class="muted">none</span>;
  }
  const at = (number: number) => Math.min(Math.max((number - from) / (to - from), 0), 1) * WIDTH;
  return (
    <span class={value > limit ? 'measure measure-bad' : 'measure'}>
      <span class="number">{decimals(value, places)}</span>
      <svg class="measure-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="measure-ground" width={WIDTH} height="8" />
        <rect class="measure-value" width={at(value)} height="8" />
        <rect class="measure-limit" x={at(limit) - 1} width="2" height="8" />
      </svg>
    </span>
  );
}
