import { type Policy } from '@distiller/policies';
import { type Rollouts, splitByEpisode } from '@distiller/rollouts';
import { argmax, compareJacobians, compareLabels } from '../evaluate.ts';
import { type Labels, labelAll } from '../labels.ts';
import { evenlySpread, openObservations, type RecordedObservations } from '../observations.ts';
import { type HeldOutReport } from '../spec/evaluation-report.ts';
import { type EvaluationSpec } from '../spec/index.ts';

export interface HeldOut {
  observations: RecordedObservations;
  indices: Int32Array;
}

/** The last whole episodes of the rollouts, which a distillation with the same fraction has not trained on. */
export async function heldOutFrames(
  spec: EvaluationSpec,
  rollouts: Rollouts,
  { stack, framesBytes }: { stack: number; framesBytes: number | undefined },
): Promise<HeldOut> {
  const { heldOut } = splitByEpisode(rollouts, { trainFraction: 1, heldOutFraction: spec.held_out_fraction });
  return { observations: await openObservations(rollouts, stack, framesBytes), indices: heldOut };
}

/** `kl`, `action_error` with its confusion matrix, and `jacobian_error` on held-out frames. */
export async function compareHeldOut(
  spec: EvaluationSpec,
  { teacher, student }: { teacher: Policy; student: Policy },
  { observations, indices }: HeldOut,
): Promise<HeldOutReport> {
  const frames = evenlySpread(indices, spec.evaluation_frames);
  const jacobianFrames = evenlySpread(indices, spec.jacobian_frames);
  const labels = await labelAll(teacher, observations, frames);
  const own = await labelAll(student, observations, frames);
  return {
    frames: frames.length,
    ...compareLabels(labels, own),
    confusion: confusion(labels, own),
    jacobian_frames: jacobianFrames.length,
    jacobian_error: await compareJacobians({ observations, teacher, labels, jacobianFrames }, student),
  };
}

/** Frames by the most likely actions of both: [A][A], the teacher's the row. What is off the diagonal is `action_error`. */
export function confusion(teacher: Labels, student: Labels): number[][] {
  const { actions, indices } = teacher;
  const counts = Array.from({ length: actions }, () => Array<number>(actions).fill(0));
  for (let frame = 0; frame < indices.length; frame++) {
    const [t, s] = [teacher, student].map(({ logProbs }) =>
      argmax(logProbs.subarray(frame * actions, (frame + 1) * actions)),
    );
    counts[t!]![s!]! += 1;
  }
  return counts;
}
