/** Small things that many pages show: addresses, amounts, stages, facts, links. */

import type { ComponentChildren } from 'preact';
import { duration, shortWag, wag, whole } from '../chain/numbers.ts';
import { type Stage, stageName } from '../chain/stage.ts';
import { heads, slotMs } from '../state/link.ts';

/** An address, short: its start and its end. */
export function shortAddress(address: string): string {
  return address.length > 12 ? `${address.slice(0, 5)}…${address.slice(-4)}` : address;
}

/** An account. */
export function Account({ of }: { of: string }) {
  return (
    <span class="address" title={of}>
      {shortAddress(of)}
    </span>
  );
}

/** An agent, by its owner. */
export function AgentLink({ owner }: { owner: string }) {
  return (
    <a class="address" href={`#/agents/${owner}`} title={owner}>
      {shortAddress(owner)}
    </a>
  );
}

/** An amount of WAG: short, and exact to whoever points at it. */
export function Wag({ of, unit = false }: { of: bigint; unit?: boolean }) {
  return (
    <span class="number" title={`${wag(of)} WAG`}>
      {shortWag(of)}
      {unit && <span class="unit"> WAG</span>}
    </span>
  );
}

/** Where a round stands. */
export function StagePill({ stage }: { stage: Stage }) {
  return (
    <span class={`pill pill-${stage}`}>
      <svg width="10" height="10" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75Z" />
      </svg>
      {stageName(stage)}
    </span>
  );
}

/** How long ago a block was, by the chain's slots. */
export function Ago({ block }: { block: number }) {
  const best = heads.value?.best.number;
  if (best === undefined) {
    return null;
  }
  const ms = Math.max(0, best - block) * slotMs.value;
  return <span class="number">{ms < 1_000 ? 'now' : `${duration(ms)} ago`}</span>;
}

/** A block's number. */
export function Block({ number }: { number: number }) {
  return <span class="number">#{whole(number)}</span>;
}

/** A name and what it is: for lists of facts. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What a page shows before there is anything to show. */
export function Waiting({ what }: { what: string }) {
  return (
    <p class="waiting" role="status">
      Reading {what}…
    </p>
  );
}

/** That there is nothing, and why. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}
