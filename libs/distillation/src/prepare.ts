import { buildNetwork, loadWeights, type NamedTensor, type LayerRow, type Policy } from '@distiller/policies';
import { type Rollouts, splitByEpisode } from '@distiller/rollouts';
import { type Network } from '@distiller/sobolev';
import { type Observations } from './observations.ts';
import { type Architecture } from '@distiller/policies';
import { type DistillationSpec, type ObservationContract } from './spec/index.ts';
import { resolveTable } from './spec/teacher.ts';

/** A teacher as it was registered, with its weights in memory. */
export interface RegisteredTeacher {
  observation: ObservationContract;
  actions: readonly string[];
  architecture: Architecture;
  weights: ReadonlyMap<string, NamedTensor>;
}

/** Everything of a distillation that does not change while it trains. */
export interface Prepared {
  observations: Observations;
  teacher: Policy;
  student: { rows: readonly LayerRow[]; network: Network; parameterCount: number };
  /** Frame indices. */
  train: Int32Array;
  heldOut: Int32Array;
}

/** Decodes the frames, splits them by episode, and builds both networks. */
export async function prepare(
  spec: DistillationSpec,
  teacher: RegisteredTeacher,
  rollouts: Rollouts,
): Promise<Prepared> {
  const { observation, actions } = teacher;
  const student = resolveTable(spec.student, observation, actions.length, '/student');
  return {
    observations: { frames: await rollouts.loadFrames(), stack: observation.stack },
    teacher: buildTeacher(teacher),
    student: { rows: student.rows, network: buildNetwork(student.rows), parameterCount: student.parameters },
    ...splitByEpisode(rollouts, { trainFraction: spec.train_fraction, heldOutFraction: spec.held_out_fraction }),
  };
}

/** The teacher as a policy on the engine. The caller disposes its weights. */
export function buildTeacher({ observation, actions, architecture, weights }: RegisteredTeacher): Policy {
  const { rows } = resolveTable(architecture, observation, actions.length, '/architecture');
  const network = buildNetwork(rows);
  return { network, weights: loadWeights(rows, network, weights) };
}
