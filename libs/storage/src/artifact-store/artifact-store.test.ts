import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { createServer, request as requestTo } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3 } from '../../../../test/s3.ts';
import { ArtifactCorruptError, TooManyBytesError } from '../errors.ts';
import { type ArtifactStore } from './artifact-store.ts';
import { createArtifactStore } from './create-artifact-store.ts';
import { parseStoreUrl, type S3Place } from './store-url.ts';
import { openS3 } from './s3-client.ts';
import { s3Objects } from './s3-objects.ts';

/** A store, and what the tests look at behind its back. */
interface Place {
  store: ArtifactStore;
  /** Another process's view of the same place: it shares nothing with the first that is not in the store. */
  elsewhere(): ArtifactStore;
  /** How many objects and staged files there are. */
  count(): Promise<number>;
  /** Changes the stored bytes. */
  damage(sha256: string): Promise<void>;
}

const s3: S3Server | undefined = await startS3();
afterAll(() => s3?.stop());

const places: [string, () => Promise<Place>][] = [['a directory', filePlace]];
if (s3) places.push(['S3', () => s3Place(s3)]);

async function filePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  const url = pathToFileURL(root).href;
  const store = createArtifactStore(url);
  return {
    store,
    elsewhere: () => createArtifactStore(url),
    count: async () =>
      (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length,
    damage: async (sha256) => appendFile(await store.path(sha256), 'bad'),
  };
}

async function s3Place(server: S3Server): Promise<Place> {
  const url = await server.newStoreUrl();
  const place = parseStoreUrl(url) as S3Place;
  const open = openS3(place);
  const objects = s3Objects(open, place.bucket);
  return {
    store: createArtifactStore(url),
    elsewhere: () => {
      const other = new URL(url);
      other.searchParams.set('cache', `${place.cache}-${randomUUID()}`);
      return createArtifactStore(other.href);
    },
    count: async () => {
      const { sdk, client } = await open();
      const { Contents } = await client.send(new sdk.ListObjectsV2Command({ Bucket: place.bucket }));
      return Contents?.length ?? 0;
    },
    damage: (sha256) => objects.writeBytes(`artifacts/objects/${sha256.slice(0, 2)}/${sha256}`, Buffer.from('bad')),
  };
}

const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
const stream = (...pieces: string[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)));
const HOUR_MS = 3_600_000;

describe.each(places)('in %s', (_name, open) => {
  let place: Place;
  let store: ArtifactStore;

  beforeAll(async () => {
    place = await open();
    store = place.store;
  });

  test('bytes come back under their sha256, from memory and from a stream, here and elsewhere', async () => {
    const whole = await store.put(Buffer.from('some weights'));
    const streamed = await store.put(stream('some ', 'weights'));
    expect(whole).toEqual({ sha256: sha256('some weights'), bytes: 12 });
    expect(streamed).toEqual(whole);
    expect(await text(await store.read(whole.sha256))).toBe('some weights');
    expect(await readFile(await place.elsewhere().path(whole.sha256), 'utf8')).toBe('some weights');
  });

  test('a range brings its first and its last byte, and what is between', async () => {
    const { sha256: hash } = await store.put(Buffer.from('0123456789'));
    expect(await text(await store.read(hash, { start: 3, end: 5 }))).toBe('345');
    expect(await text(await place.elsewhere().read(hash, { start: 9, end: 9 }))).toBe('9');
  });

  test('many writers of the same bytes leave one object', async () => {
    const before = await place.count();
    await Promise.all(Array.from({ length: 20 }, () => store.put(Buffer.from('the same'))));
    expect(await place.count()).toBe(before + 1);
  });

  test('bytes that were changed are refused by whoever has not read them before', async () => {
    const stored = await store.put(Buffer.from('good'));
    await place.damage(stored.sha256);
    await expect(place.elsewhere().read(stored.sha256)).rejects.toThrow(ArtifactCorruptError);
    await store.delete(stored.sha256);
  });

  test('what is not there is ENOENT', async () => {
    const missing = { code: 'ENOENT' };
    await expect(store.path(sha256('never put'))).rejects.toMatchObject(missing);
    await expect(store.stagedPath('upload_none')).rejects.toMatchObject(missing);
    expect(await store.has(sha256('never put'))).toBe(false);
    await store.delete(sha256('never put'));
    await store.discard('upload_none');
  });

  test('a stream that breaks, or brings too much, leaves nothing', async () => {
    const before = await place.count();
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('connection lost');
      })(),
    );
    await expect(store.put(broken)).rejects.toThrow('connection lost');
    const long = Readable.from([Buffer.alloc(10), Buffer.alloc(10)]);
    await expect(store.stage('upload_1', long, { maxBytes: 19 })).rejects.toThrow(TooManyBytesError);
    expect(await place.count()).toBe(before);
  });

  test('staged bytes are no artifact until they are promoted, and are at hand elsewhere', async () => {
    const staged = await store.stage('upload_2', stream('staged'), { maxBytes: 6 });
    expect(await store.has(staged.sha256)).toBe(false);
    expect(await readFile(await store.stagedPath('upload_2'), 'utf8')).toBe('staged');
    expect(await readFile(await place.elsewhere().stagedPath('upload_2'), 'utf8')).toBe('staged');
    await place.elsewhere().promote('upload_2', staged.sha256);
    expect(await store.has(staged.sha256)).toBe(true);
    await expect(store.stagedPath('upload_2')).rejects.toMatchObject({ code: 'ENOENT' });
    await store.discard('upload_2');
  });

  test('what was discarded elsewhere is gone here', async () => {
    await store.stage('upload_3', stream('unwanted'), { maxBytes: 99 });
    await place.elsewhere().discard('upload_3');
    await expect(store.stagedPath('upload_3')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('what was staged before a moment is removed, what was promoted stays', async () => {
    const staged = (id: string) => store.stage(id, stream(id), { maxBytes: 99 });
    const promoted = await staged('put_promoted');
    await store.promote('put_promoted', promoted.sha256);
    await staged('put_left-behind');
    await store.discardOlderThan(new Date(Date.now() - HOUR_MS));
    expect(await readFile(await store.stagedPath('put_left-behind'), 'utf8')).toBe('put_left-behind');
    await store.discardOlderThan(new Date(Date.now() + HOUR_MS));
    await expect(store.stagedPath('put_left-behind')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await store.has(promoted.sha256)).toBe(true);
  });

  test('a deletion spares bytes that were put again since, and promoted ones count from then', async () => {
    const [stored, staged] = [
      await store.put(Buffer.from('wanted again')),
      await store.stage('upload_4', stream('promoted late'), { maxBytes: 99 }),
    ];
    // S3 tells whole seconds.
    await sleep(3_000);
    await store.put(Buffer.from('wanted again'));
    await store.promote('upload_4', staged.sha256);
    for (const { sha256: hash } of [stored, staged]) {
      await store.delete(hash, { untouchedForMs: 2_000 });
      expect(await store.has(hash)).toBe(true);
      await store.delete(hash);
      expect(await store.has(hash)).toBe(false);
    }
  });

  test('nothing but hashes and ids becomes a path', async () => {
    await expect(store.read('../../../etc/passwd')).rejects.toThrow('not a sha256');
    await expect(store.stagedPath('upload_../../x')).rejects.toThrow('not an id');
  });

  test('a store that can be written is ready, and its probe is gone', async () => {
    const before = await place.count();
    await store.checkReady();
    expect(await place.count()).toBe(before);
  });

  test('a large artifact comes back as it was', async () => {
    const bytes = Buffer.alloc(70 * 1024 ** 2, 'sixteen bytes ..');
    const { sha256: hash } = await store.put(Readable.from([bytes]));
    expect((await buffer(await place.elsewhere().read(hash))).equals(bytes)).toBe(true);
  });
});

test('bytes are sent again when S3 was busy, in one piece and in parts', async ({ skip }) => {
  if (!s3) return skip('no S3 server to be had');
  const busy = await busyAtFirst(s3.endpoint);
  try {
    const url = new URL(await s3.newStoreUrl());
    url.searchParams.set('endpoint', busy.endpoint);
    const store = createArtifactStore(url.href);
    for (const bytes of [Buffer.alloc(0), Buffer.from('small'), Buffer.alloc(20 * 1024 ** 2, 'in parts')]) {
      const { sha256: hash } = await store.put(bytes);
      expect(await store.has(hash)).toBe(true);
    }
    // One, one and two parts.
    expect(busy.refused()).toBe(4);
  } finally {
    busy.stop();
  }
});

/** In front of a server: whatever is sent, it refuses the first time as S3 does when it is busy, after it took all of it. */
async function busyAtFirst(endpoint: string) {
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request;
    const isRefused = method === 'PUT' && !refused.has(url);
    if (isRefused) {
      refused.add(url);
      request.resume().on('end', () => response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>'));
      return;
    }
    // The host name is part of what was signed.
    const onward = requestTo(new URL(url, endpoint), { method, headers }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    });
    request.pipe(onward);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, refused: () => refused.size, stop: () => server.close() };
}
