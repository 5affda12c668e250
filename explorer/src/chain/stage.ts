/** Where a round stands, in the words of the page. */

import type { CancelReason, RoundView } from './views.ts';

/** The stages of a round, in their order, and its three ends. */
export type Stage =
  | 'drawing'
  | 'answering'
  | 'opening'
  | 'grading'
  | 'opening-grades'
  | 'settled'
  | 'nobody-won'
  | 'cancelled';

/** The stages that follow each other, without the draw, which few rounds have. */
export const PHASES = ['answering', 'opening', 'grading', 'opening-grades'] as const;

const WORDS: Record<Stage, string> = {
  drawing: 'Drawing seats',
  answering: 'Answering',
  opening: 'Opening answers',
  grading: 'Grading',
  'opening-grades': 'Opening grades',
  settled: 'Settled',
  'nobody-won': 'Nobody won',
  cancelled: 'Cancelled',
};

const REASONS: Record<CancelReason, string> = {
  TooFewCommitted: 'too few agents answered in time',
  TooFewOpened: 'nobody opened its answer',
  NoGrades: 'nobody opened its grades',
  Withdrawn: 'the client withdrew its question',
};

/** A stage in words. */
export function stageName(stage: Stage): string {
  return WORDS[stage];
}

/** Where a round stands. */
export function stageOf({ state, seats }: Pick<RoundView, 'state' | 'seats'>): Stage {
  switch (state.type) {
    case 'Settled':
      return 'settled';
    case 'NobodyWon':
      return 'nobody-won';
    case 'Cancelled':
      return 'cancelled';
    case 'Running':
      switch (state.value.phase.type) {
        case 'Answering':
          return seats?.type === 'Drawing' ? 'drawing' : 'answering';
        case 'OpeningAnswers':
          return 'opening';
        case 'Grading':
          return 'grading';
        case 'OpeningGrades':
          return 'opening-grades';
      }
  }
}

/** Whether it goes on. */
export function isRunning({ state }: Pick<RoundView, 'state'>): boolean {
  return state.type === 'Running';
}

/** Why a round was cancelled; nothing if it was not. */
export function cancelReason({ state }: Pick<RoundView, 'state'>): string | undefined {
  return state.type === 'Cancelled' ? REASONS[state.value.reason.type] : undefined;
}

/** The index of the agent whose answer the client got, if there is one. */
export function winnerOf({ state }: Pick<RoundView, 'state'>): number | undefined {
  return state.type === 'Settled' ? state.value.winner : undefined;
}
