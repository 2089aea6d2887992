import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DistillInputs,
  labelRollouts,
  openLabels,
  openRollouts,
  record,
  type RegisteredTeacher,
  type StoredLabels,
} from '@distiller/distillation';
import { LabellingSpec } from '@distiller/distillation/spec';
import { DEMO_DATA, readTeacher } from '../distillation/bundled-inputs.ts';

export const GAMES = ['breakout', 'pong', 'space_invaders'] as const;
export type Game = (typeof GAMES)[number];

/** Frames of teacher's play that are recorded, as many as the paper had. */
const FRAMES = 100_000;
/** What is stored of each frame: log-probabilities, and one random direction's pull-back. */
const LABELLING = LabellingSpec.parse({
  kind: 'labelling',
  teacher: 'teacher',
  rollouts: 'rollouts',
  projections: { kind: 'vjp', count: 1 },
});
const TEACHERS = fileURLToPath(new URL('../../data/teachers/', import.meta.url));

export function gameTeacher(game: Game): Promise<RegisteredTeacher> {
  return readTeacher(game === 'breakout' ? DEMO_DATA : TEACHERS, game);
}

/**
 * A game's teacher, and its play, which is recorded once.
 * @param kept where recordings are kept
 */
export async function inputsOf(game: Game, kept: string): Promise<DistillInputs> {
  const teacher = await gameTeacher(game);
  const path = recordingOf(game, kept);
  if (!existsSync(path)) await recordPlay(teacher, path);
  return { teacher, rollouts: await openRollouts(path) };
}

/** What a game's teacher says of its play, which is labelled once: 1.4 to 2 GB, so only where it is read. */
export async function labelsOf(game: Game, kept: string): Promise<StoredLabels> {
  const path = join(kept, `${game}.labels.zarr.zip`);
  if (!existsSync(path)) await labelPlay(await gameTeacher(game), recordingOf(game, kept), path);
  return openLabels(path);
}

const recordingOf = (game: Game, kept: string) => join(kept, `${game}.rollouts.zarr.zip`);

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

async function labelPlay(teacher: RegisteredTeacher, rollouts: string, path: string): Promise<void> {
  const part = `${path}.${process.pid}.zarr.zip`;
  const inputs = {
    teacher,
    rollouts: await openRollouts(rollouts),
    path: part,
    teacherSha256: sha256(...Array.from(teacher.weights.values(), ({ data }) => data)),
    rolloutsSha256: sha256(await readFile(rollouts)),
  };
  for await (const event of labelRollouts(LABELLING, inputs)) if (event.type === 'finished') return rename(part, path);
  throw new Error(`the labelling of ${rollouts} did not end`);
}

function sha256(...parts: (Float32Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
