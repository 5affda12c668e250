/** Numbers of the chain as numbers and texts for people. */

import type { Fixed } from './views.ts';

/** A WAG in the chain's smallest unit, and how many decimals that gives it. */
export const WAG = 10n ** 12n;
const DECIMALS = 12;

/** A fixed point number of 18 decimals, as near as a number comes. */
export function fixed(value: Fixed): number {
  return Number(value) / 1e18;
}

/** An amount in WAG, exact, without superfluous zeros: `20`, `0.5`. */
export function wag(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  const whole = digits.slice(0, -DECIMALS);
  const part = digits.slice(-DECIMALS).replace(/0+$/, '');
  return sign + whole + (part === '' ? '' : `.${part}`);
}

/** The same for a table: rounded to four decimals, thousands apart. */
export function shortWag(amount: bigint): string {
  const step = 10n ** 8n;
  const rounded = ((amount + (amount < 0n ? -step : step) / 2n) / step) * step;
  if (rounded === 0n && amount !== 0n) {
    return amount > 0n ? '< 0.0001' : '> −0.0001';
  }
  const [whole = '', part] = wag(rounded).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f').replace('-', '−');
  return part === undefined ? spaced : `${spaced}.${part}`;
}

/**
 * The amount that somebody typed in WAG. Nothing if it is no number, negative, or finer than the
 * smallest unit.
 */
export function parseWag(text: string): bigint | undefined {
  const [, whole, part = ''] = text.trim().match(/^(\d{1,20})(?:\.(\d{1,12}))?$/) ?? [];
  return whole === undefined
    ? undefined
    : BigInt(whole) * WAG + BigInt(part.padEnd(DECIMALS, '0') || '0');
}

/** A number with this many decimals, with a minus that is as wide as a digit. */
export function decimals(value: number | undefined, places: number): string {
  return value === undefined ? '' : value.toFixed(places).replace('-', '−');
}

/** A whole number with its thousands apart. */
export function whole(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A duration for people: `250 ms`, `3.5 s`, `4 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  }
  if (ms < 5_400_000) {
    return `${Math.round(ms / 60_000)} min`;
  }
  const hours = ms / 3_600_000;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
