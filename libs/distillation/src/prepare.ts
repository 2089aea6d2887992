import { buildNetwork, type LayerRow, type Policy } from '@distiller/policies';
import { type Rollouts, splitByEpisode } from '@distiller/rollouts';
import { type Network } from '@distiller/sobolev';
import { loadPolicy, type RegisteredTeacher } from './load-policy.ts';
import { type Observations, type RecordedObservations } from './observations.ts';
import { type DistillationSpec } from './spec/index.ts';
import { resolveTable } from './spec/teacher.ts';

/** Everything of a distillation that does not change while it trains. */
export interface Prepared<O extends RecordedObservations = Observations> {
  observations: O;
  /** How many there are. */
  actions: number;
  teacher: Policy;
  student: { rows: readonly LayerRow[]; network: Network; parameterCount: number };
  /** Frame indices. */
  train: Int32Array;
  heldOut: Int32Array;
}

/** Splits the frames by episode, and builds both networks. */
export function prepare<O extends RecordedObservations>(
  spec: DistillationSpec,
  { teacher, rollouts }: { teacher: RegisteredTeacher; rollouts: Rollouts },
  observations: O,
): Prepared<O> {
  const student = resolveTable(spec.student, teacher.observation, teacher.actions.length, '/student');
  return {
    observations,
    actions: teacher.actions.length,
    teacher: loadPolicy(teacher),
    student: { rows: student.rows, network: buildNetwork(student.rows), parameterCount: student.parameters },
    ...splitFrames(spec, rollouts),
  };
}

/** Frames to train on and held out, by their numbers. */
export function splitFrames(
  { train_fraction: trainFraction, held_out_fraction: heldOutFraction }: DistillationSpec,
  rollouts: Rollouts,
): Pick<Prepared, 'train' | 'heldOut'> {
  return splitByEpisode(rollouts, { trainFraction, heldOutFraction });
}
