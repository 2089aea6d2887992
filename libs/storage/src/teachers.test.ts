import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test/database.ts';
import { type ArtifactStore } from './artifact-store/artifact-store.ts';
import { createArtifactStore } from './artifact-store/create-artifact-store.ts';
import { NameTakenError, UploadGoneError } from './errors.ts';
import { newId } from './identifiers.ts';
import { createStorage, type Storage } from './storage.ts';

let database: TestDatabase;
let storage: Storage;
let store: ArtifactStore;
let root: string;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
  root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = createArtifactStore(pathToFileURL(root).href);
});

afterAll(async () => {
  await storage.close();
  await database.drop();
  await rm(root, { recursive: true });
});

async function upload(text: string) {
  const id = newId('upload');
  const stored = await store.stage(id, Readable.from([Buffer.from(text)]), { maxBytes: 100 });
  return storage.uploads.create({ id, ...stored });
}

const teacher = (name: string) => ({
  name,
  observation: { game: 'pong' },
  contractHash: 'hash',
  actions: ['NOOP', 'FIRE'],
  architecture: { preset: 'nature' },
  layerTable: { layers: [] },
  format: 'safetensors',
  sourceSha256: 'f'.repeat(64),
});

const create = (name: string, { id, ...weights }: { id: string; sha256: string; bytes: number }) =>
  storage.teachers.create(teacher(name), { uploads: [id], weights, keep: () => store.promote(id, weights.sha256) });

test('a teacher takes its upload, and is found by id and by name', async () => {
  const uploaded = await upload('weights');
  const created = await create('pong-teacher', uploaded);
  expect(created).toMatchObject({ ...teacher('pong-teacher'), weights: { sha256: uploaded.sha256, bytes: 7 } });
  expect(await storage.teachers.get(created.id)).toEqual(created);
  expect(await storage.teachers.get('pong-teacher')).toEqual(created);
  expect(await store.has(uploaded.sha256)).toBe(true);
  expect(await storage.uploads.get(uploaded.id)).toBeNull();
});

test('a taken name stores nothing and leaves the upload where it was', async () => {
  await create('taken', await upload('first'));
  const second = await upload('second');
  await expect(create('taken', second)).rejects.toThrow(NameTakenError);
  expect(await store.has(second.sha256)).toBe(false);
  expect(await storage.uploads.get(second.id)).toEqual(second);
  expect(await database.query('SELECT 1 FROM artifacts WHERE sha256 = $1', [second.sha256])).toEqual([]);
});

test('bytes that cannot be moved store nothing', async () => {
  const uploaded = await upload('cannot be moved');
  const failing = () => Promise.reject(new Error('disk full'));
  await expect(
    storage.teachers.create(teacher('unlucky'), { uploads: [uploaded.id], weights: uploaded, keep: failing }),
  ).rejects.toThrow('disk full');
  expect(await storage.teachers.get('unlucky')).toBeNull();
  expect(await storage.uploads.get(uploaded.id)).toEqual(uploaded);
});

test('of ten that take one upload at once, one gets it', async () => {
  const uploaded = await upload('wanted by ten');
  const creations = Array.from({ length: 10 }, (_, index) => create(`rival-${index}`, uploaded));
  const settled = await Promise.allSettled(creations);
  const refused = settled.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(9);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(UploadGoneError);
});

test('the sweep removes artifacts that nothing refers to, and only those', async () => {
  const kept = await create('keeper', await upload('kept'));
  const { id } = await storage.jobs.create({ kind: 'distillation', spec: {}, totalSteps: 9, metadata: {} });
  await storage.jobs.claim(id);
  const [first, second] = [await store.put(Buffer.from('step 1')), await store.put(Buffer.from('step 2'))];
  await storage.jobs.recordProgress(
    { jobId: id, attempt: 1 },
    { checkpoint: { step: 1, files: [{ name: 'state', ...first }] } },
  );
  await storage.jobs.recordProgress(
    { jobId: id, attempt: 1 },
    { checkpoint: { step: 2, files: [{ name: 'state', ...second }] } },
  );
  expect(await storage.artifacts.sweep(store, 3_600_000)).toBe(0);
  expect(await storage.artifacts.sweep(store, 0)).toBe(1);
  expect(await Promise.all([first, second, kept.weights].map(({ sha256 }) => store.has(sha256)))).toEqual([
    false,
    true,
    true,
  ]);
});
