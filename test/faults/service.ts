// A real service to be harmed: its processes as supervisors start them, on a database, a queue and a store of its own.
import { join } from 'node:path';
import { createClient } from '@distiller/client';
import { migrate } from '@distiller/storage';
import { newDatabase, type TestDatabase } from '../new-database.ts';
import { registerTiny, serviceEnvironment, trainingProcesses } from '../service-process.ts';
import { unusedPort } from '../unused-port.ts';
import { type ScenarioContext } from './scenario.ts';
import { supervise, type Supervised } from './supervised.ts';

interface ServiceOptions {
  queue?: 'postgres' | 'redis';
  apis?: number;
  workers?: number;
  /** Settings of every process. */
  environment?: NodeJS.ProcessEnv;
  /** Where the rows are, where it is not a database of its own on the common server. */
  database?: TestDatabase;
}

export interface Service {
  database: TestDatabase;
  environment: NodeJS.ProcessEnv;
  /** Addresses of the APIs: they stay through restarts. */
  urls: string[];
  client: ReturnType<typeof createClient>;
  apis: Supervised[];
  workers: Supervised[];
  /** Process ids of the jobs at work. */
  training(): number[];
  /** One more worker, with settings of its own. */
  addWorker(changes?: NodeJS.ProcessEnv): Supervised;
}

export async function startService(context: ScenarioContext, options: ServiceOptions = {}): Promise<Service> {
  const { ground, directory, onEnd } = context;
  const { queue = 'postgres', apis = 1, workers = 1 } = options;
  const database = options.database ?? (await newDatabase((await ground.postgres()).url('postgres')));
  await migrate(database.url);
  const environment: NodeJS.ProcessEnv = {
    ...serviceEnvironment(database, directory),
    // A machine that is busy with something else must not be taken for harm; that load is shed has a test of its own.
    MAX_LOOP_DELAY_MS: '10000',
    ...(queue === 'redis' && { QUEUE_URL: await ground.redis() }),
    ...options.environment,
  };
  const ports = await Promise.all(Array.from({ length: apis }, unusedPort));
  const running: Supervised[] = [];
  const start = (app: 'api' | 'worker', changes: NodeJS.ProcessEnv) => {
    const one = supervise(app, { ...environment, ...changes });
    running.push(one);
    return one;
  };
  onEnd(() => Promise.all(running.map((one) => one.stop())));
  const service: Service = {
    database,
    environment,
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    client: createClient({ baseUrl: `http://127.0.0.1:${ports[0]}` }),
    apis: ports.map((port) => start('api', { PORT: String(port) })),
    workers: Array.from({ length: workers }, () => start('worker', {})),
    training: () => trainingProcesses(environment).map(({ pid }) => pid),
    addWorker: (changes = {}) => start('worker', changes),
  };
  await Promise.all(running.map((one) => one.ready()));
  return service;
}

/** The same, with the tiny teacher and its rollouts registered. */
export async function startTinyService(context: ScenarioContext, options?: ServiceOptions): Promise<Service> {
  const service = await startService(context, options);
  await registerTiny(service.client, context.directory);
  return service;
}

export const artifactsDirectory = (directory: string) => join(directory, 'artifacts');
