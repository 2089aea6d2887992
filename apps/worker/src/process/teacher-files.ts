import { readFile } from 'node:fs/promises';
import { readSafetensors, type RegisteredTeacher } from '@distiller/distillation';
import { type TeacherFiles } from '../kinds/work.ts';

/** A teacher with its weights in memory. */
export async function loadTeacher({
  weightsPath,
  observation,
  actions,
  architecture,
}: TeacherFiles): Promise<RegisteredTeacher> {
  const { tensors: weights } = readSafetensors(await readFile(weightsPath));
  return { observation, actions, architecture, weights };
}
