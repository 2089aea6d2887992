import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DistillInputs, openRollouts, readSafetensors, type RegisteredTeacher } from '@distiller/distillation';
import { TeacherInput } from '@distiller/distillation/spec';

const DATA = fileURLToPath(new URL('../../../demo/data/', import.meta.url));

/** The Breakout teacher and rollouts that the demo brings. */
export async function bundledInputs(): Promise<DistillInputs> {
  return {
    teacher: await readTeacher(DATA, 'breakout'),
    rollouts: await openRollouts(`${DATA}breakout.rollouts.zarr.zip`),
  };
}

/** NAME.json and NAME.safetensors of a folder. */
export async function readTeacher(folder: string, name: string): Promise<RegisteredTeacher> {
  const description = described(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Description);
  const teacher = TeacherInput.omit({ weights: true }).required({ architecture: true }).strip().parse(description);
  const { tensors: weights } = readSafetensors(await readFile(join(folder, `${name}.safetensors`)));
  return { ...teacher, weights };
}

interface Description {
  game?: string;
  architecture: { preset?: string };
  observation: Record<string, unknown>;
}

/** Descriptions from outside name the game beside the contract, and say in prose what the spec has words for. */
function described({ game, architecture, observation, ...rest }: Description): object {
  if (game === undefined) return { ...rest, architecture, observation };
  const contract = Object.entries(observation).filter(([field]) => field !== 'same_as');
  const spelt = {
    ...Object.fromEntries(contract),
    game,
    stack_order: String(observation['stack_order']).replaceAll(' ', '_'),
  };
  return { ...rest, architecture: { preset: architecture.preset }, observation: spelt };
}
