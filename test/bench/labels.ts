// `node --import tsx test/bench/labels.ts [--json FILE] [--labels NAME] [--frames N] [--rounds N]`: what stored labels cost and what they give. The size of the file and the
// rate of labelling, the time of a step with stored and with recomputed labels, and what students are worth in the end.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { distill, type DistillInputs, labelRollouts, openLabels, openRollouts } from '@distiller/distillation';
import { DistillationSpec, LabellingSpec } from '@distiller/distillation/spec';
import { createRolloutsWriter, type Rollouts } from '@distiller/rollouts';
import { bundledInputs } from './bundled-inputs.ts';

/** One kind of labels. */
export interface LabelsRow {
  labels: string;
  bytes_per_frame: number;
  labelled_per_second: number;
  /** Median of a step, the paper's student, batch 200; in turns. */
  step_ms: { stored: number; recomputed: number };
  /** Held-out kl of each seed after a short run. With log-probabilities alone both differ by rounding only. */
  kl: { stored: number[]; recomputed: number[] };
}

/** What of a kind of labels is quickly measured, with the file. */
type Stored = Omit<LabelsRow, 'kl'> & { path: string };

interface Kind {
  labels: string;
  projections: object;
  derivative: object;
}

const none = { kind: 'none' };
const vjp = { kind: 'vjp' };
const moves = { kind: 'jvp', directions: 'frame-difference' };
const patches = { kind: 'jvp', directions: 'patch' };
const noise = { kind: 'jvp', directions: 'gaussian' };
const RECOMPUTE = { kind: 'recompute' };
const KINDS: Kind[] = [
  { labels: 'log-probs', projections: none, derivative: none },
  { labels: 'vjp ×1 int8', projections: { kind: 'vjp', count: 1 }, derivative: vjp },
  { labels: 'vjp ×4 int8', projections: { kind: 'vjp', count: 4 }, derivative: vjp },
  { labels: 'vjp ×1 f16', projections: { kind: 'vjp', count: 1, precision: 'f16' }, derivative: vjp },
  { labels: 'jvp frame-difference', projections: moves, derivative: moves },
  { labels: 'jvp ×16 patch', projections: { ...patches, count: 16 }, derivative: patches },
  { labels: 'jvp ×16 gaussian', projections: { ...noise, count: 16 }, derivative: noise },
];

const STEPS = 30;
const WARM_UP = 5;
const SEEDS = [1, 2, 3];
/** Of the runs whose students are compared. */
const TRAINING = { batch_size: 64, steps: 400, evaluation_frames: 1000, train_fraction: 0.25 };

interface LabelsBenchOptions {
  /** Kinds by their names; all when left out. */
  labels?: readonly string[] | undefined;
  /** Frames of the bundled play that are used: whole episodes, at least as many. */
  frames?: number;
  /** Runs in turns whose steps are timed. */
  rounds?: number;
}

/** Kinds of labels on part of the bundled Breakout play. Needs an engine that is loaded already; takes a quarter of an hour. */
export async function labelsBench({ labels: names, frames = 8000, rounds = 3 }: LabelsBenchOptions = {}): Promise<
  LabelsRow[]
> {
  const directory = await mkdtemp(join(tmpdir(), 'labels-bench-'));
  try {
    const inputs = await someEpisodes(await bundledInputs(), frames, join(directory, 'play.zarr.zip'));
    const stored: (Kind & Stored)[] = [];
    const kinds = KINDS.filter(({ labels }) => names?.includes(labels) ?? true);
    for (const [index, kind] of kinds.entries()) {
      stored.push({
        ...kind,
        ...(await measureKind(kind, inputs, { path: join(directory, `${index}.zarr.zip`), rounds })),
      });
      console.error(JSON.stringify(stored.at(-1)));
    }
    const recomputed = new Map<object, number[]>();
    const rows: LabelsRow[] = [];
    for (const { path, derivative, labels, bytes_per_frame, labelled_per_second, step_ms } of stored) {
      const given = { labels: { kind: 'stored', labels }, inputs: { ...inputs, labels: await openLabels(path) } };
      const asked = recomputed.get(derivative) ?? (await finalKls(derivative, { labels: RECOMPUTE, inputs }));
      recomputed.set(derivative, asked);
      const kl = { stored: await finalKls(derivative, given), recomputed: asked };
      rows.push({ labels, bytes_per_frame, labelled_per_second, step_ms, kl });
      console.error(JSON.stringify(rows.at(-1)));
    }
    return rows;
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measureKind(
  { labels, projections, derivative }: Kind,
  inputs: DistillInputs,
  { path, rounds }: { path: string; rounds: number },
): Promise<Stored> {
  const { bytesPerFrame, framesPerSecond } = await store(projections, inputs, path);
  const given = { labels: { kind: 'stored', labels }, inputs: { ...inputs, labels: await openLabels(path) } };
  const times = { stored: [] as number[], recomputed: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.stored.push(...(await stepTimes(derivative, given)));
    times.recomputed.push(...(await stepTimes(derivative, { labels: RECOMPUTE, inputs })));
  }
  return {
    labels,
    path,
    bytes_per_frame: bytesPerFrame,
    labelled_per_second: framesPerSecond,
    step_ms: { stored: median(times.stored), recomputed: median(times.recomputed) },
  };
}

async function finalKls(derivative: object, source: Source): Promise<number[]> {
  const kls: number[] = [];
  for (const seed of SEEDS) kls.push(await finalKl({ derivative, seed }, source));
  return kls;
}

async function store(projections: object, { teacher, rollouts }: DistillInputs, path: string) {
  const spec = LabellingSpec.parse({ kind: 'labelling', teacher: 'breakout', rollouts: 'breakout', projections });
  const hashes = { teacherSha256: 'a'.repeat(64), rolloutsSha256: 'b'.repeat(64) };
  let framesPerSecond = 0;
  for await (const event of labelRollouts(spec, { teacher, rollouts, path, ...hashes })) {
    if (event.type === 'finished') return { bytesPerFrame: event.bytes / event.frames, framesPerSecond };
    framesPerSecond = event.framesPerSecond;
  }
  throw new Error('labelling did not finish');
}

interface Source {
  labels: object;
  inputs: DistillInputs;
}

async function stepTimes(derivative: object, { labels, inputs }: Source): Promise<number[]> {
  const spec = distillation({
    loss: { derivative },
    labels,
    steps: STEPS,
    train_fraction: 0.25,
    evaluation_frames: 20,
  });
  const seconds: number[] = [];
  for await (const event of distill(spec, inputs)) if (event.type === 'step') seconds.push(event.seconds);
  return seconds.slice(WARM_UP).map((each) => 1000 * each);
}

async function finalKl(run: { derivative: object; seed: number }, { labels, inputs }: Source): Promise<number> {
  const { derivative, seed } = run;
  const spec = distillation({ ...TRAINING, loss: { derivative }, labels, seed });
  for await (const event of distill(spec, inputs)) if (event.type === 'finished') return event.metrics.kl;
  throw new Error('training did not finish');
}

function distillation(overrides: object): DistillationSpec {
  const common = { kind: 'distillation', teacher: 'breakout', rollouts: 'breakout', jacobian_frames: 1 };
  return DistillationSpec.parse({ ...common, evaluate_every: 100_000, ...overrides });
}

/** The first episodes of some play as a file of their own. */
async function someEpisodes({ teacher, rollouts }: DistillInputs, count: number, path: string): Promise<DistillInputs> {
  const { attributes, episodes, height, width } = rollouts;
  const [{ data }, actions] = [await rollouts.loadFrames(), await rollouts.loadActions()];
  const writer = await createRolloutsWriter(path, attributes);
  for (const { start, end, terminated } of firstEpisodes(episodes, count)) {
    const frames = Uint8Array.from(data.subarray(start * height * width, end * height * width));
    const rewards = new Float32Array(end - start);
    await writer.appendEpisode({ frames, height, width, actions: actions.slice(start, end), rewards, terminated });
  }
  await writer.seal();
  return { teacher, rollouts: await openRollouts(path) };
}

function firstEpisodes(episodes: Rollouts['episodes'], count: number) {
  return episodes.slice(0, 1 + episodes.findIndex(({ end }) => end >= count));
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { json: text, frames: text, rounds: text, labels: { ...text, multiple: true } },
  });
  await loadEngine('tensorflow');
  const { frames = '8000', rounds = '3', labels } = values;
  const rows = await labelsBench({ labels, frames: Number(frames), rounds: Number(rounds) });
  const json = JSON.stringify(rows, null, 1);
  if (values.json) await writeFile(values.json, `${json}\n`);
  else process.stdout.write(`${json}\n`);
}
