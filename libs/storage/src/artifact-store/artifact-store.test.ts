import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArtifactCorruptError, TooManyBytesError } from '../errors.ts';
import { type ArtifactStore } from './artifact-store.ts';
import { createArtifactStore } from './create-artifact-store.ts';

let root: string;
let store: ArtifactStore;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = createArtifactStore(pathToFileURL(root).href);
});

afterAll(() => rm(root, { recursive: true }));

const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
const files = async () =>
  (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

test('bytes come back under their sha256, from memory and from a stream', async () => {
  const whole = await store.put(Buffer.from('some weights'));
  const streamed = await store.put(Readable.from([Buffer.from('some '), Buffer.from('weights')]));
  expect(whole).toEqual({ sha256: sha256('some weights'), bytes: 12 });
  expect(streamed).toEqual(whole);
  expect((await buffer(await store.read(whole.sha256))).toString()).toBe('some weights');
  expect(await readFile(await store.path(whole.sha256), 'utf8')).toBe('some weights');
});

test('many writers of the same bytes leave one file', async () => {
  const before = await files();
  await Promise.all(Array.from({ length: 20 }, () => store.put(Buffer.from('the same'))));
  expect(await files()).toBe(before + 1);
});

test('bytes that changed on disk are refused', async () => {
  const stored = await store.put(Buffer.from('good'));
  const path = await store.path(stored.sha256);
  await appendFile(path, 'bad');
  await expect(store.read(stored.sha256)).rejects.toThrow(ArtifactCorruptError);
});

test('a stream that breaks, or brings too much, leaves nothing', async () => {
  const before = await files();
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('half');
      throw new Error('connection lost');
    })(),
  );
  await expect(store.put(broken)).rejects.toThrow('connection lost');
  const long = Readable.from([Buffer.alloc(10), Buffer.alloc(10)]);
  await expect(store.stage('upload_1', long, { maxBytes: 19 })).rejects.toThrow(TooManyBytesError);
  expect(await files()).toBe(before);
});

test('staged bytes are no artifact until they are promoted', async () => {
  const staged = await store.stage('upload_2', Readable.from([Buffer.from('staged')]), { maxBytes: 6 });
  expect(await store.has(staged.sha256)).toBe(false);
  expect(await readFile(store.stagedPath('upload_2'), 'utf8')).toBe('staged');
  await store.promote('upload_2', staged.sha256);
  expect(await store.has(staged.sha256)).toBe(true);
  await store.discard('upload_2');
});

test('what was staged long ago is removed, what was staged since stays, and what was promoted too', async () => {
  const stage = (id: string) => store.stage(id, Readable.from([Buffer.from(id)]), { maxBytes: 99 });
  const old = new Date(Date.now() - 7_200_000);
  const promoted = await stage('put_old-and-promoted');
  for (const id of ['put_left-behind', 'put_fresh']) await stage(id);
  for (const id of ['put_left-behind', 'put_old-and-promoted']) await utimes(store.stagedPath(id), old, old);
  await store.promote('put_old-and-promoted', promoted.sha256);
  await store.discardOlderThan(new Date(Date.now() - 3_600_000));
  await expect(readFile(store.stagedPath('put_left-behind'))).rejects.toThrow('ENOENT');
  expect(await readFile(store.stagedPath('put_fresh'), 'utf8')).toBe('put_fresh');
  await store.delete(promoted.sha256, { untouchedForMs: 3_600_000 });
  expect(await store.has(promoted.sha256)).toBe(true);
  await store.discard('put_fresh');
});

test('a deletion spares bytes that were put again lately', async () => {
  const stored = await store.put(Buffer.from('wanted again'));
  const old = new Date(Date.now() - 7_200_000);
  await utimes(await store.path(stored.sha256), old, old);
  await store.put(Buffer.from('wanted again'));
  await store.delete(stored.sha256, { untouchedForMs: 3_600_000 });
  expect(await store.has(stored.sha256)).toBe(true);
  await store.delete(stored.sha256);
  expect(await store.has(stored.sha256)).toBe(false);
});

test('nothing but hashes and ids becomes a path', async () => {
  await expect(store.read('../../../etc/passwd')).rejects.toThrow('not a sha256');
  expect(() => store.stagedPath('upload_../../x')).toThrow('not an id');
});

test('only file addresses have a store', () => {
  expect(() => createArtifactStore('s3://bucket')).toThrow('s3:');
});
