import { type DistillEvent } from '@distiller/distillation';
import { type DistillationSpec } from '@distiller/distillation/spec';

type StoppedEarly = Extract<DistillEvent, { type: 'stopped_early' }>;

/** For people a sentence, for programs the numbers in it. */
export function whyStopped(
  { step, watch: { stopped: reason, best }, metrics }: StoppedEarly,
  { early_stopping: rules, best_by: metric }: DistillationSpec,
): { message: string; data: Record<string, unknown> } {
  const at = `Stopped early at step ${step}`;
  if (reason === 'target' && rules?.target) {
    const { metric: name, at_most: limit } = rules.target;
    const message = `${at}: ${name} is ${metrics[name]}, and at most ${limit} was the target`;
    return { message, data: { reason, step, metric: name, value: metrics[name], at_most: limit } };
  }
  const told = best ? `${best.value} at step ${best.step}` : 'none';
  const message = `${at}: ${metric} has not been better for ${rules?.patience} evaluations; the best was ${told}`;
  return { message, data: { reason, step, metric, patience: rules?.patience, best } };
}
