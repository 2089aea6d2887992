import { type LabelsAttributes } from '@distiller/rollouts';
import { type DistillationSpec } from './distillation.ts';
import { SpecError } from './spec-error.ts';

/** A teacher's weights and a rollouts file. */
export interface LabelledPair {
  teacherSha256: string;
  rolloutsSha256: string;
}

/**
 * Checks the labels that a distillation names against its teacher and rollouts before anything is stored.
 * @throws SpecError: `labels_mismatch` where they are of another teacher or other rollouts, and where the job augments frames,
 * for labels are of frames as recorded
 */
export function checkLabels(
  { loss: { augmentation } }: Pick<DistillationSpec, 'loss'>,
  labels: Pick<LabelsAttributes, 'teacher_sha256' | 'rollouts_sha256'>,
  { teacherSha256, rolloutsSha256 }: LabelledPair,
): void {
  const refuse = (message: string) => {
    throw new SpecError('labels_mismatch', '/labels/labels', message);
  };
  if (labels.teacher_sha256 !== teacherSha256) {
    refuse(`what a teacher with the weights ${labels.teacher_sha256} says, not this one with ${teacherSha256}`);
  }
  if (labels.rollouts_sha256 !== rolloutsSha256) {
    refuse(`of the rollouts ${labels.rollouts_sha256}, not of these, ${rolloutsSha256}`);
  }
  if (augmentation.length > 0) {
    refuse(
      "labels are of frames as recorded, and this job augments them: leave out /loss/augmentation or use 'recompute'",
    );
  }
}
