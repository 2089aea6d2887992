// The client in Python against the running service: an API process, a worker process, and a connection that breaks.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createClient } from '@distiller/client';
import { writeSafetensors } from '@distiller/policies/description';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cuttingProxy } from './cutting-proxy.ts';
import { emptyDatabase } from './database.ts';
import { waitUntil } from './processes.ts';
import { findClientPython } from './python.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess } from './service-process.ts';
import { ACTIONS, tinyContract, tinySpec, tinyTeacher, tinyWeights, writeTinyRollouts } from './tiny-distillation.ts';

const PACKAGE = join(import.meta.dirname, '..', 'libs', 'client', 'python');
const STEPS = 400;
const python = await findClientPython();

/** A student of two megabytes, so that its download can be broken off. */
const large = {
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', units: 2000 },
    { kind: 'relu' },
    { kind: 'dense', units: ACTIONS.length },
  ],
};

interface Told {
  seq?: number;
  type?: string;
  downloading?: string;
  [what: string]: unknown;
}

describe.runIf(python)('the client in Python', () => {
  const run = (...args: string[]) => promisify(execFile)(python!, args, { cwd: PACKAGE });

  test('has the types of the OpenAPI document', async () => {
    const made = join(await mkdtemp(join(tmpdir(), 'types-')), 'schemas.py');
    await run('-m', 'datamodel_code_generator', '--output', made);
    const kept = await readFile(join(PACKAGE, 'src/sobolev_distiller/schemas.py'), 'utf8');
    expect(await readFile(made, 'utf8'), 'run datamodel-codegen in libs/client/python').toBe(kept);
  }, 60_000);

  test('passes mypy --strict', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'mypy-'));
    expect((await run('-m', 'mypy', '--cache-dir', cache, 'src', 'tests')).stdout).toMatch(/^Success/);
  }, 120_000);

  test('goes from two files to a student over a connection that breaks: every event once, the very bytes', async () => {
    const { directory, url } = await startService();
    const proxy = await cuttingProxy(url);
    const out = join(directory, 'student.safetensors');
    const told: Told[] = [];
    let cuts = 0;
    const cut = () => {
      cuts++;
      proxy.cut();
    };
    const ended = journey(proxy.url, await writeGiven(directory, out), (line) => {
      told.push(line);
      // In the midst of the events, each second time before the client could say anything of the last one.
      if (line.type === 'metrics' && cuts < 3) cut();
      if (line.downloading) void waitUntil(async () => (await sizeOf(`${out}.part`)) > 100_000, 'half of it').then(cut);
    });
    expect(await ended).toBe(0);

    const seqs = told.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const model = told.find(({ downloading }) => downloading)!.downloading!;
    const { bytes } = await createClient({ baseUrl: url }).downloadModel(model);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(told.at(-1)).toEqual({ path: out, sha256, bytes: bytes.length });
    expect(Buffer.compare(await readFile(out), bytes)).toBe(0);
    expect(existsSync(`${out}.part`)).toBe(false);
    expect(told).toEqual(
      expect.arrayContaining([
        { teachers: ['tiny'] },
        { refused: 'invalid_request', status: 422, where: ['/steps'] },
        { defaults: expect.objectContaining({ steps: STEPS, batch_size: 8 }) as unknown },
        { status: 'succeeded', pages: [true] },
        { metrics: ['kl', 'loss'] },
      ]),
    );
    expect(cuts).toBe(4);
  }, 180_000);
});

async function startService(): Promise<{ directory: string; url: string }> {
  const database = await emptyDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'python-client-'));
  const environment = serviceEnvironment(database, directory);
  const [api, worker] = await Promise.all([
    startServiceProcess('api', environment),
    startServiceProcess('worker', environment),
  ]);
  onTestFinished(async () => {
    for (const { process } of [worker, api]) await endServiceProcess(process);
    await database.drop();
    await rm(directory, { recursive: true });
  });
  return { directory, url: api.ready.url! };
}

/** What the journey needs, in a file. */
async function writeGiven(directory: string, out: string): Promise<string> {
  const [weights, rollouts] = [join(directory, 'teacher.safetensors'), join(directory, 'tiny.zarr.zip')];
  await writeFile(weights, writeSafetensors({ tensors: tinyWeights(), metadata: {} }));
  await writeTinyRollouts(rollouts);
  const teacher = { name: 'tiny', observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher };
  const spec = tinySpec({ steps: STEPS, evaluate_every: 50, student: large });
  const given = join(directory, 'given.json');
  await writeFile(given, JSON.stringify({ weights, rollouts, teacher, spec, out }));
  return given;
}

/** @returns the script's exit code */
async function journey(url: string, given: string, onLine: (told: Told) => void): Promise<number | null> {
  const child = spawn(python!, ['tests/journey.py', given], {
    cwd: PACKAGE,
    env: { ...process.env, PYTHONPATH: 'src', DISTILLER_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line) as Told));
  return new Promise((resolve) => child.on('close', resolve));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
