/**
 * What the chain tells, in the form in which polkadot-api decodes it: the views of the runtime API
 * `WaggleApi`, version 5. Names are the chain's. Amounts are in its smallest unit, numbers of type
 * `Fixed` are fixed point with 18 decimals, bytes are data of strangers.
 */

/** A variant without fields. */
export interface Tag<Name extends string> {
  type: Name;
}
/** A variant with fields. */
export interface Variant<Name extends string, Fields> {
  type: Name;
  value: Fields;
}

/** Signed fixed point: 10^18 is 1. */
export type Fixed = bigint;
/** 32 bytes in hex, with 0x. */
export type Hex32 = string;
/** The SS58 address of an account. */
export type Address = string;

export type PhaseName = 'Answering' | 'OpeningAnswers' | 'Grading' | 'OpeningGrades';
export type CancelReason = 'TooFewCommitted' | 'TooFewOpened' | 'NoGrades' | 'Withdrawn';

export type RoundState =
  | Variant<'Running', { phase: Tag<PhaseName>; deadline: number }>
  | Variant<'Settled', { winner: number }>
  | Variant<'Cancelled', { reason: Tag<CancelReason> }>
  | Variant<'NobodyWon', { best: number }>;

export interface RoundTerms {
  reward: bigint;
  answering_blocks: number;
  min_agents: number;
  max_agents: number;
  /** Basis points. */
  min_score: number;
}

export interface RoundBlocks {
  submitted: number;
  answering_ended?: number;
  opening_answers_ended?: number;
  grading_ended?: number;
  ended?: number;
}

export type Judgement =
  | Tag<'Unjudged'>
  | Variant<
      'Separate',
      { score: Fixed; weight: Fixed; bias: Fixed; rating_before: Fixed; rating_after: Fixed }
    >
  | Variant<
      'Calibrated',
      {
        score: Fixed;
        prior: Fixed;
        weight: Fixed;
        reading: { mean: Fixed; spread: Fixed };
        rating_before: Fixed;
        rating_after: Fixed;
      }
    >;

export interface AgentInRound {
  owner: Address;
  key: Hex32;
  /** While the round runs. */
  answer?: Uint8Array;
  opened_answer: boolean;
  opened_grades: boolean;
  assigned: number[];
  judgement: Judgement;
  paid: bigint;
  forfeited: bigint;
}

export interface GradeEntry {
  grader: number;
  author: number;
  /** Basis points. */
  grade: number;
}

export type Seats =
  | Variant<'ForAll', { members: number }>
  | Variant<'Drawing', { members: number }>
  | Variant<'Drawn', { members: number; seed: Hex32 }>
  | Variant<'Widened', { members: number; seed?: Hex32 }>;

export interface RoundView {
  id: bigint;
  client: Address;
  domain: number;
  /** Empty once the round is over. */
  prompt: Uint8Array;
  terms: RoundTerms;
  ticket: bigint;
  state: RoundState;
  blocks: RoundBlocks;
  seed?: Hex32;
  agents: AgentInRound[];
  grades: GradeEntry[];
  /** While the round runs. */
  seats?: Seats;
  winning_answer?: Uint8Array;
  returned: bigint;
  treasury: bigint;
}

export interface AgentView {
  owner: Address;
  key: Hex32;
  model: Uint8Array;
  topics: Uint8Array;
  retired: boolean;
}

export interface Claim {
  model: {
    name: Uint8Array;
    weights?: Hex32;
    quantisation: Uint8Array;
    sampling: { temperature: number; top_p: number; top_k: number; min_p: number };
  };
  knowledge?: Hex32;
}

export interface ClaimView {
  declared: { from_epoch: number; claim?: Claim };
  digest?: Hex32;
}

export interface MembershipView {
  domain: number;
  since: number;
  /** In a row. Not there: the agent is off the roster. */
  absences?: number;
  rating: Fixed;
  bias: Fixed;
  quality?: Fixed;
  rounds: number;
  claim?: ClaimView;
  next_claim?: ClaimView;
  collectable: bigint;
  /** Since which block. Not there: it is not suspended. */
  suspended?: number;
}

export interface MemberView {
  agent: AgentView;
  membership: MembershipView;
}

export type Question = Tag<'Closed'> | Tag<'Open'>;

export interface PoolView {
  balance: bigint;
  owed: bigint;
  epoch: number;
  rounds: number;
}

export interface DomainView {
  id: number;
  title: Uint8Array;
  description: Uint8Array;
  question: Question;
  founded: number;
  members: number;
  on_roster: number;
  pool?: PoolView;
}

export interface AgentDetail {
  agent: AgentView;
  bond: bigint;
  open_rounds: number;
  since: number;
  limits?: { ticket: bigint; at_stake: bigint };
  unbond_from?: number;
  memberships: MembershipView[];
  past: {
    rounds: number;
    won: number;
    paid: bigint;
    forfeited: bigint;
    ratings: { round: bigint; rating: Fixed }[];
  };
}

/** What of the chain's rules is shown or needed here. */
export interface Constants {
  slot_ms: bigint;
  max_prompt_bytes: number;
  minimum_reward: bigint;
  answering_blocks: [number, number];
  swarm: [number, number];
  asking: { seat: bigint; crowded_block: bigint; vain_answer: bigint };
  rule: Variant<'Calibrated', Question> | Variant<'Separate', unknown>;
  result_retention: number;
  open_rounds: number;
}
