import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ObservationContract, contractHash } from '@distiller/distillation/spec';
import { layerTable, expectedWeights, resolveLayers, writeSafetensors } from '@distiller/policies/description';
import { createProducer } from '@distiller/queue';
import { createRolloutsWriter } from '@distiller/rollouts';
import { createArtifactStore, createStorage, DEFAULT_PROJECT } from '@distiller/storage';
import { freshDatabase } from './database.ts';
import { createApp } from '../apps/api/src/app.ts';
import { createKey } from '../apps/api/src/keys/routes.ts';
import { type KeyInput } from '../apps/api/src/keys/schema.ts';
import { type ServiceDependencies } from '../apps/api/src/service-dependencies.ts';

/** The API on a database, a queue and a store of its own. */
export async function startApi({ logger, ...options }: Partial<ServiceDependencies> & { logger?: Logger } = {}) {
  const database = await freshDatabase();
  const root = await mkdtemp(join(tmpdir(), 'api-'));
  const storage = createStorage({ databaseUrl: database.url });
  const producer = createProducer(database.url);
  const artifacts = createArtifactStore(pathToFileURL(root).href);
  const dependencies: ServiceDependencies = { storage, producer, artifacts, maxUploadBytes: 1024 ** 2, ...options };
  const level = process.env['LOG_LEVEL'];
  const app = await createApp(dependencies, logger ?? (level !== undefined && { level }));

  const call = async (
    method: Method,
    url: string,
    { body, headers = {} }: { body?: object; headers?: Headers } = {},
  ) => {
    const response = await app.inject({ method, url, headers, ...(body !== undefined && { payload: body }) });
    const type = String(response.headers['content-type'] ?? '');
    // Text in, plain data out: what a test expects of it, the test says.
    return { status: response.statusCode, type, headers: response.headers, body: parse(type, response.body) };
  };
  /** Calls of one who sends these headers with each. */
  const withHeaders = (headers: Headers) => ({
    get: (url: string) => call('GET', url, { headers }),
    head: (url: string) => call('HEAD', url, { headers }),
    post: (url: string, body?: object) => call('POST', url, { headers, ...(body && { body }) }),
    call: (method: Method, url: string, body?: object) => call(method, url, { headers, ...(body && { body }) }),
    upload: async (bytes: Uint8Array): Promise<string> => {
      const type = { 'content-type': 'application/octet-stream' };
      const request = { method: 'POST', url: '/v1/uploads', headers: { ...headers, ...type } } as const;
      return (await app.inject({ ...request, payload: Buffer.from(bytes) })).json<{ id: string }>().id;
    },
  });
  return {
    app,
    ...dependencies,
    database,
    root,
    ...withHeaders({}),
    withHeaders,
    /** A new key, told once, for a project of the default's name or a new one. */
    newKey: async (key: Partial<KeyInput> = {}) =>
      createKey(storage, { name: 'test', project: DEFAULT_PROJECT, scopes: ['admin'], limits: {}, ...key }),
    /** Calls of one who has that key. */
    as: (key: string) => withHeaders({ authorization: `Bearer ${key}` }),
    /** Rows of every table, and files: what a refused call must leave as it was. */
    stored: async () => {
      const [rows] = await database.query<Record<string, string>>(COUNTS);
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).length;
      return { rows: { ...rows }, files };
    },
    close: async () => {
      await app.close();
      await Promise.all([producer.close(), storage.close()]);
      await database.drop();
      await rm(root, { recursive: true });
    },
  };
}
type Method = 'GET' | 'POST' | 'HEAD' | 'PUT' | 'PATCH' | 'DELETE';
type Headers = Record<string, string>;
type Logger = Parameters<typeof createApp>[1];
export type Api = Awaited<ReturnType<typeof startApi>>;

const TABLES = [
  'artifacts',
  'uploads',
  'partial_uploads',
  'teachers',
  'rollouts',
  'labels',
  'jobs',
  'job_files',
  'events',
  'metrics',
  'models',
  'webhooks',
  'webhook_deliveries',
];
const COUNTS = `SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')}`;

function parse(type: string, body: string): Answer {
  return type.includes('json') && body !== '' ? (JSON.parse(body) as Answer) : { text: body };
}

/** What the tests look at in answers. */
export interface Answer {
  [field: string]: unknown;
  id?: string;
  code?: string;
  errors?: { pointer?: string; parameter?: string; code: string; detail: string }[];
  data?: Record<string, unknown>[];
  next_cursor?: string | null;
}

const ACTIONS = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'];

/** Small enough that a teacher is a few kilobytes. */
const CONTRACT = { game: 'breakout', height: 12, width: 12, stack: 2 };
const STUDENT = {
  layers: [
    { kind: 'conv', filters: 2, kernel: 4, stride: 4 },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', units: 4 },
  ],
};

/** A teacher's description and its weights. */
export function tinyTeacher(name: string, changes: object = {}) {
  const input = { name, observation: CONTRACT, actions: ACTIONS, architecture: STUDENT, ...changes };
  const layers = resolveLayers({ layers: [{ kind: 'flatten' }, { kind: 'dense', units: 4 }] }, 4);
  const { rows } = layerTable(layers, [CONTRACT.height, CONTRACT.width, CONTRACT.stack], 4);
  const tensors = new Map(
    expectedWeights(rows).map(({ name: weight, shape }) => {
      const size = shape.reduce((product, one) => product * one, 1);
      const data = Float32Array.from({ length: size }, (_, index) => Math.sin(index));
      return [weight, { dtype: 'F32' as const, shape, data }];
    }),
  );
  const weights = writeSafetensors({ tensors, metadata: {} });
  return { input: { ...input, architecture: { layers } }, weights };
}

/** A sealed rollouts file of three short episodes. */
export async function tinyRollouts(changes: object = {}, actions = ACTIONS): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'rollouts-'));
  const path = join(directory, 'play.zarr.zip');
  const observation = ObservationContract.parse({ ...CONTRACT, ...changes });
  const writer = await createRolloutsWriter(path, {
    game: observation.game,
    actions,
    observation,
    contract_hash: contractHash(observation),
    teacher: null,
    acting: 'sampled',
    seed: 1,
    versions: {},
  });
  const { height, width } = observation;
  for (let episode = 0; episode < 3; episode++) {
    await writer.appendEpisode({
      frames: new Uint8Array(5 * height * width).fill(episode),
      height,
      width,
      actions: new Uint8Array(5),
      rewards: new Float32Array(5).fill(episode),
      terminated: true,
    });
  }
  await writer.seal();
  const bytes = await readFile(path);
  await rm(directory, { recursive: true });
  return bytes;
}

/** Registers both, and returns a job that distils the one on the other. */
export async function registerBoth({ upload, post }: Pick<Api, 'upload' | 'post'>, name: string) {
  const { input, weights } = tinyTeacher(name);
  const teacher = await post('/v1/teachers', { ...input, weights: { upload: await upload(weights) } });
  const rollouts = await post('/v1/rollouts', { name, file: { upload: await upload(await tinyRollouts()) } });
  if (teacher.status !== 201 || rollouts.status !== 201) {
    throw new Error(`not registered: ${JSON.stringify([teacher.body, rollouts.body])}`);
  }
  return { kind: 'distillation', teacher: name, rollouts: name, student: STUDENT };
}
