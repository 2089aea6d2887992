import { type HeldFor } from '../jobs/lock.ts';
import { type CancelMode } from '../jobs/stop.ts';
import { type JobStatus } from '../jobs/transitions.ts';

/** What a sweep goes by. */
export interface SweepRules {
  metric: string;
  goal: 'minimize' | 'maximize';
  /** Children that may be at work, or wait for a worker, at once; null: all. */
  maxParallel: number | null;
  /** Children that may fail; null: all but one. */
  failures: number | null;
  /** Steps at which children are compared, and how many go on from each. */
  rungs: readonly number[];
  keeps: readonly number[];
}

/** A job that a sweep has made. */
export interface MadeJob {
  id: string;
  status: JobStatus;
  /** See `Locked`. */
  stopMode: string | null;
  heldFor: HeldFor | null;
}

/** What decides about a child of a sweep. */
export interface ChildState extends MadeJob {
  index: number;
  step: number;
  stopAtStep: number | null;
  /** By the sweep's metric: of its end, where it has succeeded, else of the rung at which it stands. */
  value: number | null;
  /** It was not among the best at a rung. */
  isHalved: boolean;
  /** Null: nothing has been told of its end. */
  place: number | null;
  /** When it ended, in milliseconds. */
  endedAt: number | null;
  /** The labelling job that it waits for. */
  labellingId: string | null;
}

export interface SweepState {
  status: JobStatus;
  stopMode: string | null;
  stopReason: string | null;
  rules: SweepRules;
  children: readonly ChildState[];
  labellings: readonly (MadeJob & { labelsId: string | null })[];
}

/** One thing to be done. */
export type Move =
  | { kind: 'begin' }
  /** Children that have ended, in the order in which they did. */
  | { kind: 'tell'; children: readonly ChildState[] }
  | { kind: 'pause'; job: string }
  | { kind: 'resume'; job: string }
  | { kind: 'cancel'; job: string; mode: CancelMode; reason: string }
  /** Labels that were made are there, or will never be. */
  | { kind: 'take_labels'; job: string; labelsId: string | null }
  /** Beyond its rung. */
  | { kind: 'promote'; job: string; stopAtStep: number | null }
  | { kind: 'halve'; job: string }
  | { kind: 'rest' }
  | { kind: 'end'; status: 'succeeded' | 'cancelled' }
  | { kind: 'end'; status: 'failed'; code: 'too_many_failures' | 'no_child_succeeded' };
