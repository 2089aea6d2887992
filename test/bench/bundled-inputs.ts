import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DistillInputs, openRollouts, readSafetensors } from '@distiller/distillation';
import { TeacherInput } from '@distiller/distillation/spec';

const DATA = fileURLToPath(new URL('../../apps/demo/data/', import.meta.url));

/** The Breakout teacher and rollouts that the demo brings. */
export async function bundledInputs(): Promise<DistillInputs> {
  const description: unknown = JSON.parse(await readFile(`${DATA}breakout.json`, 'utf8'));
  const teacher = TeacherInput.omit({ weights: true }).required({ architecture: true }).strip().parse(description);
  const { tensors: weights } = readSafetensors(await readFile(`${DATA}breakout.safetensors`));
  return { teacher: { ...teacher, weights }, rollouts: await openRollouts(`${DATA}breakout.rollouts.zarr.zip`) };
}
