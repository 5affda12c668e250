/**
 * Lines over rounds, on a canvas, with a key that tells them apart without colours too, and a table
 * of the same for who cannot see them.
 */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { Scroller } from './Scroller.tsx';
import 'uplot/dist/uPlot.min.css';
import { decimals } from '../chain/numbers.ts';
import { repaint } from '../state/theme.ts';

/** A line: a value, or nothing, at each of the chart's rounds. */
export interface Series {
  name: string;
  values: (number | null)[];
}

/** What tells lines apart besides their colour. */
const DASHES: (number[] | undefined)[] = [undefined, [7, 4], [2, 3], [10, 3, 2, 3]];
/** Colours that the style knows. */
export const MOST_SERIES = 8;
const HEIGHT = 240;

/** What the style says a colour is now. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(series: Series[], width: number): uPlot.Options {
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, min, max) => bounds(min, max) } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => (tick % 1 === 0 ? `${tick}` : '')) },
      { ...axis, size: 44, values: (_, ticks) => ticks.map((tick) => tick.toFixed(2)) },
    ],
    series: [
      {},
      ...series.map((_, index): uPlot.Series => {
        const dash = DASHES[index % DASHES.length];
        return {
          stroke: colour(`--series-${index}`),
          width: 2,
          spanGaps: true,
          points: { show: series.length < 3, size: 5 },
          ...(dash && { dash }),
        };
      }),
    ],
  };
}

/** A range that does not make much of little. */
function bounds(min: number | null, max: number | null): [number, number] {
  const [low, high] = [min ?? 0, max ?? 1];
  const margin = Math.max(0.02, (high - low) / 10);
  return [Math.max(0, low - margin), Math.min(1, high + margin)];
}

/** The chart. `rounds` are the numbers below it, `series` at most `MOST_SERIES` lines. */
export function Chart({
  title,
  rounds,
  series,
}: {
  title: string;
  rounds: number[];
  series: Series[];
}) {
  const box = useRef<HTMLDivElement>(null);
  const painted = repaint.value;

  // New colours are a new painting.
  useEffect(() => {
    const place = box.current;
    if (!place) {
      return undefined;
    }
    const data = [rounds, ...series.map(({ values }) => values)] as uPlot.AlignedData;
    const plot = new uPlot(options(series, Math.max(200, place.clientWidth)), data, place);
    const watch = new ResizeObserver(() => {
      plot.setSize({ width: Math.max(200, place.clientWidth), height: HEIGHT });
    });
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [rounds, series, painted]);

  return (
    <figure class="chart">
      <div class="canvas" ref={box} role="img" aria-label={title} />
      <ul class="key" aria-hidden="true">
        {series.map(({ name }, index) => (
          <li key={name}>
            <svg width="28" height="8" aria-hidden="true">
              <line
                x1="0"
                y1="4"
                x2="28"
                y2="4"
                class={`series-${index}`}
                stroke-dasharray={DASHES[index % DASHES.length]?.join(' ')}
              />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <details>
        <summary>The same as a table</summary>
        <Scroller name={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Round</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="right">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rounds.map((round, at) => (
                <tr key={round}>
                  <th scope="row">{round}</th>
                  {series.map(({ name, values }) => (
                    <td key={name} class="right number">
                      {decimals(values[at] ?? undefined, 3)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      </details>
    </figure>
  );
}
