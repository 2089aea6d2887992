import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSafetensors } from '@distiller/policies';
import { type Contender, type Entry, start } from './contender.ts';
import { floorFlops, layers, type Problem, projections, writeProblem } from './problem.ts';

/** One row of the report. */
export interface Row extends Problem {
  implementation: Entry['implementation'];
  engine: string;
  /** Median time of a step. */
  ms: number;
  /** What its floating-point operations take at the machine's GEMM rate. */
  floor_ms: number;
  /** Largest resident memory of the whole process, framework included, while it takes steps. */
  peak_mb: number;
}

export interface Settings {
  /** Timed steps of each implementation; the report holds their medians. */
  rounds: number;
  gemmGflops: number;
  /** For files that the processes share. */
  directory: string;
}

/** Largest difference between two implementations' gradients of one weight, relative to its largest element. */
const SAME = 1e-4;

/** All implementations on one problem: the same gradients first, then a step of each in turn, `rounds` times over. */
export async function measure(entries: readonly Entry[], problem: Problem, settings: Settings): Promise<Row[]> {
  const path = join(settings.directory, 'problem.safetensors');
  const contenders = entries.map(start);
  try {
    await compareGradients(contenders, problem, path);
    await load(contenders, problem, path);
    const times = await takeTurns(contenders, settings.rounds);
    const floor_ms = floorFlops(problem) / settings.gemmGflops / 1e6;
    return await Promise.all(
      contenders.map(async (contender, index) => ({
        implementation: contender.implementation,
        engine: contender.engine,
        ...problem,
        ms: median(times[index]!),
        floor_ms,
        peak_mb: (await contender.ask({ op: 'peak' }))['peak_mb']!,
      })),
    );
  } finally {
    await Promise.all(contenders.map((contender) => contender.close()));
  }
}

/**
 * Few examples, so that no activation lies within rounding of ReLU's kink: there the derivative term's gradient jumps, and
 * implementations that round differently differ by more than SAME.
 */
const COMPARED = 4;

/** @throws when an implementation's gradients are not those of the first */
async function compareGradients(contenders: readonly Contender[], problem: Problem, path: string): Promise<void> {
  await load(contenders, { ...problem, batch: COMPARED }, path);
  let reference: Map<string, Float32Array> | undefined;
  for (const contender of contenders) {
    const written = `${path}.gradients`;
    await contender.ask({ op: 'gradients', path: written });
    const found = gradients(written);
    reference ??= found;
    for (const [name, values] of found) {
      const difference = distance(values, reference.get(name)!);
      if (difference < SAME) continue;
      const { implementation, engine } = contender;
      throw new Error(`${implementation} (${engine}): gradient of ${name} is off by ${difference}: not the same step`);
    }
  }
}

async function load(contenders: readonly Contender[], problem: Problem, path: string): Promise<void> {
  const { network, term } = problem;
  writeProblem(problem, path);
  const convs = layers(network).flatMap(({ spec }) =>
    spec.kind === 'conv' ? [[spec.filters, spec.kernel, spec.stride]] : [],
  );
  for (const contender of contenders)
    await contender.ask({ op: 'load', network, convs, path, projections: projections(term), jvp: term === 'jvp' });
}

function gradients(path: string): Map<string, Float32Array> {
  const { tensors } = readSafetensors(readFileSync(path));
  return new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array]));
}

function distance(values: Float32Array, reference: Float32Array): number {
  let [most, scale] = [0, 0];
  for (const [index, value] of values.entries()) {
    most = Math.max(most, Math.abs(value - reference[index]!));
    scale = Math.max(scale, Math.abs(reference[index]!));
  }
  return Number.isFinite(most) ? most / scale : Infinity;
}

/** Steps of a turn before the one that counts: in a long run, too, the step before was one's own. */
const OTHERS = 3;
/** Steps that take longer feel nothing of the one before. */
const LONG_MS = 300;

/** Steps before any is timed, as many as fit: what compiles as it runs (V8, JAX, oneDNN) is then as it is in a long run. */
const WARM_UP_MS = 2000;

async function warmUp(contender: Contender): Promise<void> {
  const startedAtMs = performance.now();
  do await contender.ask({ op: 'step' });
  while (performance.now() - startedAtMs < WARM_UP_MS);
}

/** Milliseconds of each contender's steps. */
async function takeTurns(contenders: readonly Contender[], rounds: number): Promise<number[][]> {
  const times = contenders.map((): number[] => []);
  for (const contender of contenders) await warmUp(contender);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      // Threads of the one before spin for a while before they sleep, and its data is what lies in the caches: each
      // turn therefore starts with a pause, and short steps with some that are not counted.
      await sleep(20);
      let { ms } = await contender.ask({ op: 'step' });
      for (let others = 0; others < OTHERS && ms! < LONG_MS; others++) ({ ms } = await contender.ask({ op: 'step' }));
      times[index]!.push(ms!);
    }
  }
  return times;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
