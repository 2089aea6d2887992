import { z } from 'zod';
import { type DistillationSpec } from './spec/index.ts';

/** What evaluations have shown so far; part of every checkpoint. */
export const Watch = z.object({
  /** By the spec's `best_by`. */
  best: z.object({ step: z.int(), value: z.number() }).nullable(),
  /** Evaluations since the best one. */
  stale: z.int(),
  /** Why there is no training any more. */
  stopped: z.enum(['patience', 'target']).nullable(),
});
export type Watch = z.infer<typeof Watch>;

export const NOTHING_SEEN: Watch = { best: null, stale: 0, stopped: null };

type Rules = Pick<DistillationSpec, 'best_by' | 'early_stopping'>;
type Metrics = Record<DistillationSpec['best_by'], number>;

/**
 * One more evaluation. The best is the least by more than `min_delta`; a value that is not finite is never the best.
 * Pure, so that a resumed run stops at the very evaluation at which an undisturbed one does.
 */
export function watchEvaluation(
  { best_by: metric, early_stopping: rules }: Rules,
  before: Watch,
  { step, metrics }: { step: number; metrics: Metrics },
): Watch {
  const value = metrics[metric];
  const bar = before.best ? before.best.value - (rules?.min_delta ?? 0) : Infinity;
  const isBetter = value < bar;
  const seen = isBetter ? { best: { step, value }, stale: 0 } : { best: before.best, stale: before.stale + 1 };
  return { ...seen, stopped: before.stopped ?? reasonToStop(rules, seen.stale, metrics) };
}

function reasonToStop(rules: Rules['early_stopping'], stale: number, metrics: Metrics): Watch['stopped'] {
  if (rules?.target && metrics[rules.target.metric] <= rules.target.at_most) return 'target';
  if (rules?.patience != null && stale >= rules.patience) return 'patience';
  return null;
}

/** Whether the spec needs the best checkpoint to be kept. */
export function keepsBest({ keep, checkpoints, early_stopping: rules }: DistillationSpec): boolean {
  return keep === 'best' || checkpoints.best || rules?.patience != null;
}
