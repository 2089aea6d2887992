import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArcade } from '@distiller/arcade';
import { arcadeOptions, record, type RecordEvent, type RegisteredTeacher } from '@distiller/distillation';
import { ObservationContract } from '@distiller/distillation/spec';
import { expectedWeights, layerTable, resolveLayers } from '@distiller/policies/description';
import { randomStream } from '@distiller/sobolev';
import { bundledInputs } from './bundled-inputs.ts';
import { type Rate, startTimer } from './cpu-timer.ts';

/** How fast play is recorded with a Nature CNN, and what it takes on disk. */
export interface Recording extends Rate {
  /** Who played what, and how the emulator saw it. */
  what: string;
  /** Whether ale-py's vector environment played. */
  fast: boolean;
  /** The same games with random actions, no network, and nothing written. */
  emulator_alone: Rate;
  bytes_per_frame: number;
}

const [ENVS, SEED] = [64, 1];

export async function measureRecordings(frames: number): Promise<Recording[]> {
  const { teacher } = await bundledInputs();
  const pong = ObservationContract.parse({ game: 'pong' });
  const asStableBaselines = { ...teacher.observation, grey: 'bt601', max_pool_of: 'rgb' } as const;
  const cases: [string, RegisteredTeacher][] = [
    ['breakout, bundled teacher', teacher],
    ['pong, random weights', randomNature(pong, ['NOOP', 'FIRE', 'RIGHT', 'LEFT', 'RIGHTFIRE', 'LEFTFIRE'])],
    ['breakout as stable-baselines3 sees it, bundled teacher', { ...teacher, observation: asStableBaselines }],
  ];
  const measured = [];
  for (const [what, player] of cases) measured.push({ what, ...(await measureRecording(player, frames)) });
  return measured;
}

async function measureRecording(teacher: RegisteredTeacher, frames: number): Promise<Omit<Recording, 'what'>> {
  const { fast, rate: emulator_alone } = await measureEmulator(teacher.observation, frames);
  return { fast, ...(await measureRate(teacher, frames)), emulator_alone, bytes_per_frame: await measureSize(teacher) };
}

const OPTIONS = { name: 'bench', acting: { kind: 'sampled' }, seed: SEED } as const;

/** Of a recording that is broken off. */
async function measureRate(teacher: RegisteredTeacher, frames: number): Promise<Rate> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const options = { ...OPTIONS, goal: { minFrames: Infinity }, numEnvs: ENVS };
  let [timer, from, rate]: [ReturnType<typeof startTimer>?, number?, Rate?] = [];
  for await (const event of record(teacher, join(directory, 'play.zarr.zip'), options)) {
    if (event.type !== 'progress') continue;
    // When all games have started, each of which takes ale-py a tenth of a second.
    timer ??= startTimer();
    from ??= event.progress.frames;
    if (event.progress.frames - from < frames) continue;
    rate = timer(event.progress.frames - from);
    break;
  }
  await rm(directory, { recursive: true });
  return rate!;
}

/** Of the beginnings of a few episodes. */
async function measureSize(teacher: RegisteredTeacher): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const options = { ...OPTIONS, goal: { episodes: 4 }, numEnvs: 4, maxEpisodeFrames: 4000 };
  let last: RecordEvent | undefined;
  for await (const event of record(teacher, join(directory, 'play.zarr.zip'), options)) last = event;
  await rm(directory, { recursive: true });
  if (last?.type !== 'finished') throw new Error('the recording did not finish');
  const { bytes, frames } = last.rollouts;
  return Math.round((10 * bytes) / frames) / 10;
}

async function measureEmulator(contract: ObservationContract, frames: number): Promise<{ fast: boolean; rate: Rate }> {
  const opening = [0, 1].map(() => openArcade({ ...arcadeOptions(contract), numEnvs: ENVS / 2, seed: SEED }));
  const arcades = await Promise.all(opening);
  const random = randomStream(SEED, 'acting');
  const steps = Math.ceil(frames / ENVS);
  const timer = startTimer();
  await Promise.all(
    arcades.map(async (arcade) => {
      for (let step = 0; step < steps; step++) {
        await arcade.step(Array.from({ length: ENVS / 2 }, () => random.below(arcade.actions.length)));
      }
    }),
  );
  const rate = timer(steps * ENVS);
  await Promise.all(arcades.map((arcade) => arcade.close()));
  return { fast: arcades[0]!.fast, rate };
}

function randomNature(observation: ObservationContract, actions: string[]): RegisteredTeacher {
  const { height, width, stack } = observation;
  const architecture = { preset: 'nature' as const };
  const { rows } = layerTable(resolveLayers(architecture, actions.length), [height, width, stack], actions.length);
  const weights = expectedWeights(rows).map(({ name, shape }, index) => {
    const random = randomStream(SEED, 'initialization', index);
    const [units = 1, ...inputs] = shape;
    const fanIn = inputs.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: units * fanIn }, () => random.normal() / Math.sqrt(fanIn));
    return [name, { dtype: 'F32' as const, shape, data }] as const;
  });
  return { observation, actions, architecture, weights: new Map(weights) };
}
