import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DistillInputs, openRollouts, record, type RegisteredTeacher } from '@distiller/distillation';
import { bundledInputs, readTeacher } from '../distillation/bundled-inputs.ts';

export type Game = 'breakout' | 'pong' | 'space_invaders';

/** Frames that are recorded of a game whose play is not bundled. */
const FRAMES = 10_000;

/**
 * A game's teacher and its play. Breakout's are bundled; the others' teachers come from a folder, and their play is recorded once.
 * @param folder holds GAME.json and GAME.safetensors
 * @param kept where recordings are kept
 */
export async function inputsOf(
  game: Game,
  { folder, kept }: { folder: string | undefined; kept: string },
): Promise<DistillInputs> {
  if (game === 'breakout') return bundledInputs();
  if (!folder) throw new Error(`the teacher of ${game} comes from a folder: --data FOLDER`);
  const teacher = await readTeacher(folder, game);
  const path = join(kept, `${game}.rollouts.zarr.zip`);
  if (!existsSync(path)) await recordPlay(teacher, path);
  return { teacher, rollouts: await openRollouts(path) };
}

async function recordPlay(teacher: RegisteredTeacher, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const options = {
    name: 'teacher',
    acting: { kind: 'sampled' },
    goal: { minFrames: FRAMES },
    numEnvs: 8,
    seed: 1,
  } as const;
  for await (const event of record(teacher, path, options)) if (event.type === 'finished') return;
  throw new Error(`the recording of ${path} did not end`);
}
