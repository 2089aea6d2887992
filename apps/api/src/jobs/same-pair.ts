import { type DistillationSpec } from '@distiller/distillation/spec';
import { type LabelsRow, type RolloutsRow, type TeacherRow } from '@distiller/storage';
import { fieldProblem } from '../problems/problem.ts';

/** Labels are of one teacher and of the very frames of some rollouts. @throws ProblemError `labels_mismatch` */
export function requireSamePair(
  labels: LabelsRow,
  { teacher, rollouts }: { teacher: TeacherRow; rollouts: RolloutsRow | null },
  { augmentation }: DistillationSpec['loss'],
): void {
  const wrong = [
    labels.teacher.id !== teacher.id && `they are the teacher ${labels.teacher.name}'s, not ${teacher.name}'s`,
    labels.rollouts.id !== rollouts?.id &&
      `they are of the rollouts ${labels.rollouts.name}, not of ${rollouts?.name ?? 'frames yet to be played'}`,
    augmentation.length > 0 && "they are of frames as recorded, and /loss/augmentation changes frames: use 'recompute'",
  ].find(Boolean);
  if (wrong) throw fieldProblem('labels_mismatch', '/labels/labels', wrong);
}
