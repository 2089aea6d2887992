import { type Policy } from '@distiller/policies';
import { jacobianNorms, logPolicyJacobian, tidy } from '@distiller/sobolev';
import { type EvaluationMetrics } from './events.ts';
import { type Labels, labelAll } from './labels.ts';
import { readObservations, type RecordedObservations } from './observations.ts';

export interface EvaluationSet {
  observations: RecordedObservations;
  teacher: Policy;
  /** The teacher's labels on the frames for `kl` and `action_error`. */
  labels: Labels;
  /** Frames for `jacobian_error`. */
  jacobianFrames: Int32Array;
}

/** Jacobians are taken few frames at a time: one of them is as big as A frames. */
const JACOBIAN_BATCH = 20;

/** Compares the student with the teacher on held-out frames. */
export async function evaluate(set: EvaluationSet, student: Policy): Promise<EvaluationMetrics> {
  const own = await labelAll(student, set.observations, set.labels.indices);
  return { ...compareLabels(set.labels, own), jacobian_error: await compareJacobians(set, student) };
}

/** KL and argmax disagreement between two sets of labels on the same frames. */
export function compareLabels(teacher: Labels, student: Labels): Pick<EvaluationMetrics, 'kl' | 'action_error'> {
  const { actions } = teacher;
  const frames = teacher.indices.length;
  let [kl, disagreements] = [0, 0];
  for (let frame = 0; frame < frames; frame++) {
    const [t, s] = [teacher, student].map(({ logProbs }) => logProbs.subarray(frame * actions, (frame + 1) * actions));
    for (let a = 0; a < actions; a++) kl += Math.exp(t![a]!) * (t![a]! - s![a]!);
    if (argmax(t!) !== argmax(s!)) disagreements += 1;
  }
  return { kl: kl / frames, action_error: disagreements / frames };
}

/** ‖J_s − J_t‖² / ‖J_t‖² over the frames for it. */
export async function compareJacobians(
  { observations, teacher, jacobianFrames }: EvaluationSet,
  student: Policy,
): Promise<number> {
  let [difference, reference] = [0, 0];
  for (let start = 0; start < jacobianFrames.length; start += JACOBIAN_BATCH) {
    const x = await readObservations(observations, jacobianFrames.subarray(start, start + JACOBIAN_BATCH));
    const norms = tidy(() => {
      const [s, t] = [student, teacher].map(({ network, weights }) => logPolicyJacobian(network, weights, x));
      return jacobianNorms(s!, t!);
    });
    x.dispose();
    difference += norms.difference;
    reference += norms.reference;
  }
  return difference / reference;
}

/** The index of the largest value; of several, the first. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
