import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Problem } from './problem.ts';

/** An implementation on an engine, and the command that starts it. */
export interface Entry {
  implementation: 'ours' | 'pytorch' | 'torch.func' | 'jax';
  engine: string;
  command: [string, ...string[]];
  env?: Record<string, string>;
}

/** A process that holds one problem and takes a step when asked. */
export interface Contender extends Entry {
  ask(request: object): Promise<Record<string, number>>;
  close(): Promise<void>;
}

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const OURS = ['--expose-gc', '--import', 'tsx', beside('ours.ts')];

export function entries(python: string): Entry[] {
  const ours = (engine: string): Entry => ({
    implementation: 'ours',
    engine,
    command: [process.execPath, ...OURS, engine],
  });
  const peer = (implementation: Entry['implementation'], engine: string): Entry => ({
    implementation,
    engine,
    command: [python, beside('peers.py'), implementation],
  });
  return [
    ours('tensorflow'),
    onOneCore(ours('tensorflow')),
    ours('wasm'),
    peer('pytorch', 'eager'),
    peer('torch.func', 'eager'),
    peer('jax', 'jit'),
  ];
}

/** The wasm engine has one thread: what it is compared with. */
function onOneCore(entry: Entry): Entry {
  const env = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  return { ...entry, engine: `${entry.engine}, one thread`, command: ['taskset', '-c', '0', ...entry.command], env };
}

/** One thread takes minutes over the largest problems, and says the same about the smaller ones. */
export function takesPart({ engine }: Entry, { network, batch }: Problem): boolean {
  return !ONE_THREAD.includes(engine) || (network === 'paper-student' && batch <= 200);
}

const ONE_THREAD = ['wasm', 'tensorflow, one thread'];

/** The JSON line that a program beside this one ends with, on our fastest engine. */
export async function runBeside(program: string): Promise<unknown> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', beside(program)], {
    env,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

export function start(entry: Entry): Contender {
  const [program, ...args] = entry.command;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...entry.env };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const name = `${entry.implementation} (${entry.engine})`;
  return {
    ...entry,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${name} died: ${complaints}`);
      return JSON.parse(line.value) as Record<string, number>;
    },
    close: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}
