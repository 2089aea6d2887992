// The service's own processes, as its users start them, and what is registered in them over REST.
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client } from '@distiller/client';
import { writeSafetensors } from '@distiller/policies/description';
import { programOf } from '@distiller/programs';
import { type TestDatabase } from './new-database.ts';
import { processesWith, runsProgram } from './processes.ts';
import { ACTIONS, tinyContract, tinyTeacher, tinyWeights, writeTinyRollouts } from './tiny-distillation.ts';

export interface Ready {
  type: 'ready';
  url?: string;
  statusUrl?: string;
  engine?: string;
}

/** Rows, queue and artifacts of one's own; checkpoints often enough to lose little. */
export function serviceEnvironment({ url }: TestDatabase, directory: string): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: url,
    QUEUE_URL: url,
    ARTIFACTS_URL: pathToFileURL(join(directory, 'artifacts')).href,
    COMPUTE: 'wasm',
    CHECKPOINT_EVERY_MS: '300',
    PORT: '0',
    LOG_LEVEL: 'silent',
  };
}

/** Starts the API or a worker and waits until it is up. */
export async function startServiceProcess(
  app: 'api' | 'worker',
  environment: NodeJS.ProcessEnv,
): Promise<{ process: ChildProcess; ready: Ready }> {
  const child = forkServiceProcess(app, environment);
  const [ready] = (await once(child, 'message')) as [Ready];
  return { process: child, ready };
}

/** Starts the API or a worker; when it is up it sends a message, `Ready`. */
export function forkServiceProcess(app: 'api' | 'worker', environment: NodeJS.ProcessEnv): ChildProcess {
  const { script, execArgv } = programOf(new URL(`../apps/${app}/src/main.ts`, import.meta.url));
  return fork(script, {
    execArgv,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The processes of the jobs at work whose worker has this environment: others may run beside a test. */
export const trainingProcesses = (environment: NodeJS.ProcessEnv) =>
  processesWith(environment['ARTIFACTS_URL']!).filter(({ command }) =>
    runsProgram(command, 'apps/worker/src/process/main.ts'),
  );

/** Asks it to end, and waits until it has. */
export async function endServiceProcess(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Registers the tiny teacher and its rollouts, both of one name, by uploading them. */
export async function registerTiny(client: Client, directory: string, name = 'tiny'): Promise<void> {
  const weights = writeSafetensors({ tensors: tinyWeights(), metadata: {} });
  const uploaded = await client.uploadFile(weights);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const described = { name, observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher };
  await client.teachers.create({ ...described, weights: { upload: uploaded.id, sha256 } });
  const path = join(directory, 'tiny.zarr.zip');
  await writeTinyRollouts(path);
  const file = await client.uploadFile(await readFile(path));
  await client.rollouts.create({ name, file: { upload: file.id } });
}
