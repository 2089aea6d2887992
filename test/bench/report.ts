import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { type Row } from './measure.ts';
import { type Steady } from './steady.ts';
import { type Waiting } from './waiting.ts';

export interface Report {
  machine: Record<string, string | number>;
  gemm_gflops: number;
  rows: Row[];
  waiting?: Waiting;
  steady?: Steady;
}

export function describeMachine(versions: Record<string, string>): Report['machine'] {
  const commit = () => execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  return {
    date: new Date().toISOString(),
    commit: attempt(commit),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    ...versions,
  };
}

function attempt(find: () => string): string {
  try {
    return find();
  } catch {
    return 'unknown';
  }
}

/** One problem's lines: time, how many times ours on TensorFlow that is, how many times the floor, memory. */
export function table(rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return '';
  const own = rows.find(({ implementation, engine }) => implementation === 'ours' && engine === 'tensorflow');
  const title = `${first.network}, batch ${first.batch}, ${first.term} (floor ${first.floor_ms.toFixed(1)} ms)`;
  const lines = rows.map(({ implementation, engine, ms, floor_ms, peak_mb }) =>
    [
      `  ${implementation} (${engine})`.padEnd(36),
      `${ms.toFixed(1)} ms`.padStart(11),
      `${own ? (ms / own.ms).toFixed(2) : '–'} × ours`.padStart(13),
      `${(ms / floor_ms).toFixed(1)} × floor`.padStart(13),
      `${peak_mb.toFixed(0)} MB`.padStart(9),
    ].join(''),
  );
  return [title, ...lines].join('\n');
}

/** The ratios that issue after issue is held against, for the problem that all of them are stated on. */
export function summary(rows: readonly Row[]): string {
  const of = (term: string, implementation: string, engine?: string) =>
    rows
      .filter((row) => row.network === 'paper-student' && row.batch === 200 && row.term === term)
      .filter((row) => row.implementation === implementation && (engine === undefined || row.engine === engine))[0];
  const [plain, vjp, jvp] = ['plain', 'vjp', 'jvp'].map((term) => of(term, 'ours', 'tensorflow'));
  const wasm = of('vjp', 'ours', 'wasm');
  const one = of('vjp', 'ours', 'tensorflow, one thread');
  const peers = ['pytorch', 'torch.func', 'jax'].flatMap((name) => of('vjp', name) ?? []);
  const fastest = peers.toSorted((a, b) => a.ms - b.ms)[0];
  const lines = [
    ratio("vjp step, fastest peer's time / ours", fastest?.ms, vjp?.ms, '≥ 2.5'),
    ratio('vjp step / our own plain step', vjp?.ms, plain?.ms, '≤ 2.4'),
    ratio('jvp step / our own plain step', jvp?.ms, plain?.ms, '≤ 2.2'),
    ratio("plain step, PyTorch's time / ours", of('plain', 'pytorch')?.ms, plain?.ms, '≥ 1.0'),
    ratio('vjp step / floor', vjp?.ms, vjp?.floor_ms, '≤ 1.7'),
    ratio('vjp step, wasm / tensorflow on one thread', wasm?.ms, one?.ms, '≤ 5'),
    ratio("vjp step, our peak memory / PyTorch's", vjp?.peak_mb, of('vjp', 'pytorch')?.peak_mb, '≤ 1.5'),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

function ratio(what: string, above: number | undefined, below: number | undefined, wanted: string): string | undefined {
  if (above === undefined || below === undefined) return undefined;
  return `${what.padEnd(48)}${(above / below).toFixed(2).padStart(6)}   wanted ${wanted}`;
}
