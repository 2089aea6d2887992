import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DistillInputs, openRollouts, record, type RegisteredTeacher } from '@distiller/distillation';
import { DEMO_DATA, readTeacher } from '../distillation/bundled-inputs.ts';

export const GAMES = ['breakout', 'pong', 'space_invaders'] as const;
export type Game = (typeof GAMES)[number];

/** Frames of teacher's play that are recorded, as many as the paper had. */
const FRAMES = 100_000;
const TEACHERS = fileURLToPath(new URL('../../data/teachers/', import.meta.url));

/**
 * A game's teacher, and its play, which is recorded once.
 * @param kept where recordings are kept
 */
export async function inputsOf(game: Game, kept: string): Promise<DistillInputs> {
  const teacher = await readTeacher(game === 'breakout' ? DEMO_DATA : TEACHERS, game);
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
  // Another process may want the same.
  const part = `${path}.${process.pid}.zarr.zip`;
  for await (const event of record(teacher, part, options)) if (event.type === 'finished') return rename(part, path);
  throw new Error(`the recording of ${path} did not end`);
}
