import { ObservationContract } from '@distiller/distillation/spec';
import {
  type LabelsRow,
  type ModelRow,
  type ProjectStorage,
  type RolloutsRow,
  type TeacherRow,
} from '@distiller/storage';
import { fieldProblem, ProblemError } from '../problems/problem.ts';

/** The resources that a spec names. @throws ProblemError pointing at the field */
export async function requireTeacher({ teachers }: ProjectStorage, reference: string): Promise<TeacherRow> {
  return known(await teachers.get(reference), '/teacher', `no teacher has the id or name '${reference}'`);
}

export async function requireRollouts({ rollouts }: ProjectStorage, reference: string): Promise<RolloutsRow> {
  return known(await rollouts.get(reference), '/rollouts', `no rollouts have the id or name '${reference}'`);
}

export async function requireLabels({ labels }: ProjectStorage, reference: string): Promise<LabelsRow> {
  return known(await labels.get(reference), '/labels/labels', `no labels have the id or name '${reference}'`);
}

export async function requireModel({ models }: ProjectStorage, reference: string, pointer: string): Promise<ModelRow> {
  return known(await models.get(reference), pointer, `no model has the id or name '${reference}'`);
}

function known<Row>(row: Row | null, pointer: string, missing: string): Row {
  if (row) return row;
  throw fieldProblem('unknown_reference', pointer, missing);
}

export function noSuchJob(id: string): ProblemError {
  return new ProblemError('job_not_found', `no job has the id '${id}'`);
}

/** @throws ProblemError when another resource of that kind has the name already */
export async function requireFreeName(
  table: { get(name: string): Promise<object | null> },
  name: string,
  what: string,
): Promise<void> {
  if (await table.get(name)) throw fieldProblem('name_taken', '/name', `the name '${name}' is taken by other ${what}`);
}

/** What the checks of a spec look at. */
export function seen({ observation, actions }: Pick<TeacherRow, 'observation' | 'actions'>) {
  return { observation: ObservationContract.parse(observation), actions };
}
