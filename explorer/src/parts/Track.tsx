/** The phases of a round as a row of cells: which are over, which one runs, and how long still. */

import { duration } from '../chain/numbers.ts';
import { PHASES, stageName, stageOf } from '../chain/stage.ts';
import type { RoundView } from '../chain/views.ts';
import { heads, slotMs } from '../state/link.ts';

/** How long the acts of this phase are still accepted, in words. */
export function TimeLeft({ view }: { view: RoundView }) {
  const best = heads.value?.best.number;
  if (view.state.type !== 'Running' || best === undefined) {
    return null;
  }
  const blocks = Math.max(0, view.state.value.deadline - best);
  return (
    <span class="time-left number">
      {blocks === 0 ? 'last block' : `${duration(blocks * slotMs.value)} at most`}
    </span>
  );
}

/** The phases. */
export function Track({ view }: { view: RoundView }) {
  const stage = stageOf(view);
  const isOver = view.state.type !== 'Running';
  const at = stage === 'drawing' ? 0 : (PHASES as readonly string[]).indexOf(stage);
  const { answering_ended, opening_answers_ended, grading_ended, ended } = view.blocks;
  // A round that was cancelled did not come to its later phases.
  const done = isOver
    ? [
        answering_ended,
        opening_answers_ended,
        grading_ended,
        stage === 'cancelled' ? undefined : ended,
      ].filter((block) => block !== undefined).length
    : at;
  return (
    <ol class="track">
      {PHASES.map((phase, index) => {
        const isCurrent = !isOver && index === at;
        const state = index < done ? 'done' : isCurrent ? 'current' : 'ahead';
        const name = isCurrent ? stageName(stage) : stageName(phase);
        return (
          <li
            key={phase}
            class={`step step-${state}`}
            {...(isCurrent && { 'aria-current': 'step' as const })}
          >
            <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
              <path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75Z" />
            </svg>
            <span class="step-name">{name}</span>
            <span class="visually-hidden">
              {state === 'done' ? ', over' : isCurrent ? ', now' : ', not begun'}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
