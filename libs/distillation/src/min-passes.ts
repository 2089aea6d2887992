import { type DistillEvent } from './events.ts';
import { type DistillationSpec } from './spec/index.ts';

type Told = Pick<DistillationSpec, 'loss' | 'steps' | 'batch_size'>;

/**
 * What a run trains with: without the derivative term where it passes over its frames too seldom for it (`min_passes`), and then it
 * says so.
 * @param frames to train on
 */
export function* earned<Spec extends Told>(spec: Spec, frames: number): Generator<DistillEvent, Spec> {
  const { derivative } = spec.loss;
  const passes = (spec.steps * spec.batch_size) / frames;
  if (derivative.kind === 'none' || passes >= derivative.min_passes) return spec;
  yield { type: 'values_alone', passes, minPasses: derivative.min_passes };
  return { ...spec, loss: { ...spec.loss, derivative: { kind: 'none' } } };
}
