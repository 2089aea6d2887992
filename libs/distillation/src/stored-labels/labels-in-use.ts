import { type Rollouts, type StoredLabels } from '@distiller/rollouts';
import { type LabellingProgress } from '../events.ts';
import { label, pickRows, type TrainingLabels } from '../labels.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { isHeld, type RecordedObservations } from '../observations.ts';
import { type Prepared } from '../prepare.ts';
import { contractHash, type DistillationSpec, type LabelsPlan, planLabels, SpecError } from '../spec/index.ts';

/** Stored labels of a run, if it has some, and what it takes from them. */
export interface LabelsInUse {
  plan: LabelsPlan;
  stored: StoredLabels | undefined;
}

/**
 * What a run takes from the labels that it was given.
 * @throws SpecError `labels_mismatch` when they are of another contract or other frames, or when there are none and the job names some
 */
export function labelsInUse(
  spec: DistillationSpec,
  { teacher, rollouts, labels }: { teacher: RegisteredTeacher; rollouts: Rollouts; labels?: StoredLabels | undefined },
  observations: RecordedObservations,
): LabelsInUse {
  if (labels) requireFitting(labels, { teacher, rollouts });
  if (!labels && spec.labels.kind === 'stored') {
    throw new SpecError('labels_mismatch', '/labels/labels', `the labels '${spec.labels.labels}' were not given`);
  }
  if (isHeld(observations)) return { plan: planLabels(spec, labels?.attributes), stored: labels };
  // A label of each frame would not stay in memory either.
  const asked = planLabels({ ...spec, labels: { kind: 'recompute' } }, undefined);
  const reason = 'the frames are more than memory holds, and the teacher is asked about those of each step';
  return { plan: { ...asked, reason }, stored: undefined };
}

/** As far as it can be seen without the teacher's and the rollouts' hashes, which `checkLabels` compares at submission. */
function requireFitting(
  { attributes }: StoredLabels,
  { teacher, rollouts }: { teacher: RegisteredTeacher; rollouts: Rollouts },
): void {
  const expected = {
    contract_hash: contractHash(teacher.observation),
    actions: teacher.actions.length,
    frames: rollouts.frameCount,
  };
  for (const [name, value] of Object.entries(expected)) {
    const own = attributes[name as keyof typeof expected];
    if (own === value) continue;
    throw new SpecError('labels_mismatch', '/labels/labels', `${name} of the labels is ${own}, and should be ${value}`);
  }
}

/** Labels of the frames to train on, by the teacher or from the file. Undefined when it was aborted. */
export async function* trainingLabels(
  { teacher, observations, actions, train }: Prepared<RecordedObservations>,
  { plan, stored }: LabelsInUse,
  signal: AbortSignal | undefined,
): AsyncGenerator<LabellingProgress, TrainingLabels | undefined> {
  if (!isHeld(observations)) {
    yield { type: 'labelling', done: train.length, total: train.length, labels: plan };
    return signal?.aborted ? undefined : { indices: train, actions, logProbs: null };
  }
  yield { type: 'labelling', done: 0, total: train.length, labels: plan };
  if (plan.log_probs === 'recomputed' || !stored) {
    return yield* label(teacher, { observations, indices: train }, signal);
  }
  const logProbs = pickRows(await stored.loadLogProbs(train.at(-1)! + 1), train, actions);
  yield { type: 'labelling', done: train.length, total: train.length };
  return signal?.aborted ? undefined : { indices: train, actions, logProbs };
}
