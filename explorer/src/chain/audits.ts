/**
 * What the chain tells of audits, in the form in which polkadot-api decodes it: the views of the
 * runtime API `AuditsApi`, and the rules by which they flag.
 */

import { fixed } from './numbers.ts';
import type { Address, Fixed, Hex32, Tag, Variant } from './views.ts';

export type AuditStage = Tag<'Examining'> | Tag<'Opening'> | Tag<'Judging'>;

export interface AuditorView {
  owner: Address;
  key: Hex32;
  has_committed: boolean;
  /** Of the samples that are not judged yet. */
  opened: number;
}

export interface AuditProgress {
  epoch: number;
  stage: AuditStage;
  /** Last block of the stage. Not there: it ends when it is done. */
  deadline?: number;
  samples: number;
  judged: number;
  committee: AuditorView[];
}

export interface AuditView {
  domain: number;
  embedder: Hex32;
  dimensions: number;
  purse: bigint;
  auditors: number;
  /** That is sampled now. */
  epoch: number;
  rounds: number;
  samples: number;
  work?: AuditProgress;
}

export type Evidence =
  | Tag<'Contrast'>
  | Tag<'Distance'>
  | Tag<'Replay'>
  | Variant<'Conduct', Tag<'Timeout'> | Tag<'Slow'> | Tag<'Exception'>>;

export type Verdict =
  | Tag<'Pass'>
  | Tag<'Flag'>
  | Variant<'NotEnough', { have: number; want: number }>;

export interface StandingView {
  epoch: number;
  claim?: Hex32;
  prompts: number;
  /** By each other claim: the margin, and of how many prompts. */
  margins: [Hex32, Fixed, number][];
  distance: Fixed;
  replay?: Fixed;
  tokens: number;
  conduct: { seats: number; timeouts: number; slow: number; exceptions: number };
  /** With how many flags in a row. */
  verdicts: [Evidence, Verdict, number][];
  /** The block since which it is suspended. */
  suspended?: number;
}

/** Above what evidence flags: what is shown of it here. */
export interface AuditRules {
  contrast: { threshold: Fixed };
  distance: { deviations: Fixed };
  replay: { deviations: Fixed };
}

/** The margin that speaks most against a member. */
export function greatestMargin({ margins }: StandingView): number | undefined {
  return margins.length === 0 ? undefined : Math.max(...margins.map(([, margin]) => fixed(margin)));
}

const EVIDENCE = {
  Contrast: 'contrast',
  Distance: 'distance',
  Replay: 'replay',
  Timeout: 'timeouts',
  Slow: 'slow',
  Exception: 'not opened',
} as const;

/** A kind of evidence, in a word. */
export function evidenceName(evidence: Evidence): string {
  return EVIDENCE[evidence.type === 'Conduct' ? evidence.value.type : evidence.type];
}

/** The evidence by which a member was flagged, with how many times in a row. */
export function flagsOf({ verdicts }: StandingView): string[] {
  return verdicts
    .filter(([, , row]) => row > 0)
    .map(([evidence, , row]) => `${evidenceName(evidence)} ${row}\u202f×`);
}

/** Members with what speaks most against them first. */
export function byMargin(members: [Address, StandingView][]): [Address, StandingView][] {
  const margin = ([, standing]: [Address, StandingView]) => greatestMargin(standing) ?? -2;
  return [...members].sort((a, b) => margin(b) - margin(a) || (a[0] < b[0] ? -1 : 1));
}
