import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DistillInputs, openRollouts, type RegisteredTeacher } from '@distiller/distillation';
import { TeacherInput } from '@distiller/distillation/spec';
import { importPolicy } from '@distiller/policies/formats';

/** What the demo brings: Breakout. */
export const DEMO_DATA = fileURLToPath(new URL('../../../demo/data/', import.meta.url));

/** The Breakout teacher and rollouts that the demo brings. */
export async function bundledInputs(): Promise<DistillInputs> {
  return {
    teacher: await readTeacher(DEMO_DATA, 'breakout'),
    rollouts: await openRollouts(`${DEMO_DATA}breakout.rollouts.zarr.zip`),
  };
}

/** NAME.json and NAME.safetensors (f32 or f16) of a folder. */
export async function readTeacher(folder: string, name: string): Promise<RegisteredTeacher> {
  const described: unknown = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
  const teacher = TeacherInput.omit({ weights: true }).required({ architecture: true }).strip().parse(described);
  const { height, width, stack } = teacher.observation;
  const { weights } = await importPolicy('safetensors', {
    bytes: await readFile(join(folder, `${name}.safetensors`)),
    architecture: teacher.architecture,
    input: [height, width, stack],
    actions: teacher.actions.length,
  });
  return { ...teacher, weights };
}
