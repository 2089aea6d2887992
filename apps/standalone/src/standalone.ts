import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ROOT, type StandaloneConfig } from './config.ts';
import { isFree } from './free-port.ts';
import { startLasting } from './lasting-service.ts';
import { clusterPlace } from './postgres/cluster-place.ts';
import { ensureDatabase, startPostgres } from './postgres/server.ts';
import { type ReadyMessage, type Service, startService } from './service.ts';

/** The address that people get to know, when no other program has it. */
const USUAL_PORT = 4747;
const API_GRACE_MS = 5_000;
/** A worker that stops waits for its training process to end. */
const WORKER_GRACE_MS = 20_000;

export interface Standalone {
  url: string;
  engine: string;
  /** Why it is this engine. */
  reason: string;
  /** Resolves with what went wrong when a part ended and could not be brought back. */
  died: Promise<Error>;
  /** Ends the worker, the API and Postgres, in this order. */
  stop(): Promise<void>;
}

export interface StandaloneOptions extends StandaloneConfig {
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  onWorkerDeath?: (why: Error) => void;
}

interface Part {
  died: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts Postgres, the API and a worker as children of this process, with all data under `dataDir`. */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    for (let part = parts.pop(); part; part = parts.pop()) await part.stop();
  };
  const started = async <P extends Part>(starting: Promise<P>): Promise<P> => {
    const part = await starting;
    parts.push(part);
    options.signal?.throwIfAborted();
    return part;
  };
  try {
    const env = await started(startRows(options)).then((rows) => serviceEnvironment(options, rows.databaseUrl));
    const api = await whenUp(await started(startApi(options, env)), options.signal);
    const worker = await whenUp(await started(startWorker(options, env)), options.signal);
    if (!api.url) throw new Error('The API did not say where it listens.');
    const died = Promise.race(parts.map((part) => part.died));
    const { engine = 'unknown', reason = '' } = worker;
    return { url: api.url, engine, reason, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRows({ dataDir }: StandaloneOptions): Promise<Part & { databaseUrl: string }> {
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  const directory = await clusterPlace(join(dataDir, 'postgres'));
  const postgres = await startPostgres({ directory, logFile: join(dataDir, 'logs', 'postgres.log') });
  return { ...postgres, databaseUrl: await ensureDatabase(postgres, 'distiller') };
}

async function startApi(options: StandaloneOptions, env: Record<string, string>): Promise<Service> {
  const dashboard = join(ROOT, 'apps', 'dashboard', 'dist');
  const isBuilt = await stat(dashboard).catch(() => undefined);
  const port = options.port ?? ((await isFree(USUAL_PORT)) ? USUAL_PORT : 0);
  const where = { HOST: options.host, PORT: String(port), ...(isBuilt && { DASHBOARD_DIR: dashboard }) };
  const logFile = join(options.dataDir, 'logs', 'api.log');
  return startService({ name: 'api', env: { ...env, ...where }, logFile, graceMs: API_GRACE_MS });
}

async function startWorker(options: StandaloneOptions, env: Record<string, string>): Promise<Service> {
  const logFile = join(options.dataDir, 'logs', 'worker.log');
  const engine = { COMPUTE: options.compute, ...(await unavailable(options)) };
  const worker = { name: 'worker', env: { ...env, ...engine }, logFile, graceMs: WORKER_GRACE_MS } as const;
  return startLasting(worker, (why) => options.onWorkerDeath?.(why));
}

function serviceEnvironment({ dataDir }: StandaloneOptions, databaseUrl: string): Record<string, string> {
  const artifacts = pathToFileURL(join(dataDir, 'artifacts')).href;
  return { DATABASE_URL: databaseUrl, QUEUE_URL: databaseUrl, ARTIFACTS_URL: artifacts, DATA_DIR: dataDir };
}

async function whenUp({ ready }: Service, signal: AbortSignal | undefined): Promise<ReadyMessage> {
  if (!signal) return ready;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`Stopped while starting: ${String(signal.reason)}`)));
  });
  return Promise.race([ready, aborted]);
}

const Provisioned = z.object({ tensorflow: z.boolean(), reason: z.string() });

/** What was found unusable when it was set up need not be tried again, and the set-up knows better why. */
async function unavailable({ dataDir, compute }: StandaloneOptions): Promise<Record<string, string>> {
  if (compute !== 'auto') return {};
  const text = await readFile(join(dataDir, 'compute.json'), 'utf8').catch(() => undefined);
  const provisioned = text === undefined ? undefined : Provisioned.safeParse(JSON.parse(text)).data;
  return provisioned?.tensorflow === false ? { TENSORFLOW_UNAVAILABLE: provisioned.reason } : {};
}
