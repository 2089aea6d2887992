import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@distiller/client';
import { createArtifactStore, createStorage, DEFAULT_PROJECT, migrate, type Storage } from '@distiller/storage';
import { Client } from 'pg';
import { createKey } from '../../../apps/api/src/keys/routes.ts';
import { ensureDatabase, startPostgres } from '../../../apps/standalone/src/postgres/server.ts';
import { registerTiny } from '../../service-process.ts';
import { tinySpec } from '../../tiny-distillation.ts';
import { type Bare, type LoadProcess, type Running, startApiProcess, startBare, startLoad } from './processes.ts';
import { seedJobs, type Seeded, seedModel } from './seed.ts';

/** The service with its rows, the bare server, and the load. */
export interface World extends Seeded {
  api: Running;
  bare: Bare;
  load: LoadProcess;
  storage: Storage;
  /** What every request to the API carries. */
  headers: { authorization: string };
  modelId: string;
  files: readonly WorldFile[];
  close(): Promise<void>;
}

/** A file that the model has, and the bare server too, under the same name. */
interface WorldFile {
  name: 'student' | 'onnx';
  bytes: number;
}

const FILES: readonly WorldFile[] = [
  { name: 'student', bytes: 4 * 2 ** 20 },
  { name: 'onnx', bytes: 64 * 2 ** 20 },
];

/** @param onIdle is told of the API before anything was asked of it */
export async function openWorld(jobs: number, onIdle: (api: Running) => Promise<void>): Promise<World> {
  const directory = await mkdtemp(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'bench-service-'));
  await chmod(directory, 0o755);
  const clusterDirectory = `${directory}-cluster`;
  const postgres = await startPostgres({ directory: clusterDirectory, logFile: join(directory, 'postgres.log') });
  const closing: (() => Promise<unknown>)[] = [
    () => Promise.all([directory, clusterDirectory].map((path) => rm(path, { recursive: true, force: true }))),
    () => postgres.stop(),
  ];
  const close = async () => {
    for (const end of closing.toReversed()) await end();
  };
  const keep = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
    closing.push(() => part.stop());
    return part;
  };
  try {
    const databaseUrl = await ensureDatabase(postgres, 'bench');
    await migrate(databaseUrl);
    const storage = createStorage({ databaseUrl });
    closing.push(() => storage.close());
    const { text: apiKey } = await createKey(storage, {
      name: 'bench',
      project: DEFAULT_PROJECT,
      scopes: ['admin'],
      limits: {},
    });
    const artifactsUrl = pathToFileURL(join(directory, 'artifacts')).href;
    const urls = { DATABASE_URL: databaseUrl, QUEUE_URL: databaseUrl, ARTIFACTS_URL: artifactsUrl, AUTH: 'keys' };
    const api = keep(await startApiProcess(urls, join(directory, 'api.log')));
    await onIdle(api);
    const client = createClient({ baseUrl: `http://127.0.0.1:${api.port}`, apiKey });
    await registerTiny(client, directory);
    await client.jobs.create(tinySpec());
    await client.jobs.create({ kind: 'recording', name: 'recorded', teacher: 'tiny', frames: 1000 });
    await client.jobs.create({ kind: 'labelling', teacher: 'tiny', rollouts: 'tiny' });
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    const seeded = await seedJobs(database, jobs);
    const modelId = await makeFiles(database, { directory, artifactsUrl, jobId: seeded.curveId });
    await database.end();
    const bare = keep(await startBare(join(directory, 'files')));
    const load = keep(startLoad());
    const headers = { authorization: `Bearer ${apiKey}` };
    return { ...seeded, api, bare, load, storage, headers, modelId, files: FILES, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same bytes in the store and for the bare server. */
async function makeFiles(
  database: Client,
  { directory, artifactsUrl, jobId }: { directory: string; artifactsUrl: string; jobId: string },
): Promise<string> {
  const store = createArtifactStore(artifactsUrl);
  await mkdir(join(directory, 'files'));
  const stored = [];
  for (const { name, bytes } of FILES) {
    const content = randomBytes(bytes);
    await writeFile(join(directory, 'files', name), content);
    stored.push({ name, ...(await store.put(content)) });
  }
  return seedModel(database, jobId, stored);
}
