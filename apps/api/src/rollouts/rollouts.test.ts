import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi, tinyRollouts } from '../../../../test/api.ts';

let api: Api;
let file: Uint8Array;

beforeAll(async () => {
  api = await startApi();
  file = await tinyRollouts();
});

afterAll(() => api.close());

async function create(name: string, bytes: Uint8Array, sha256?: string) {
  return api.post('/v1/rollouts', { name, file: { upload: await api.upload(bytes), ...(sha256 && { sha256 }) } });
}

test('rollouts are described by what their file says', async () => {
  const { status, body } = await create('play', file);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    name: 'play',
    observation: { game: 'breakout', height: 12, width: 12, stack: 2 },
    frames: 15,
    episodes: 3,
    mean_return: 5,
    file: { bytes: file.length },
  });
  expect((await api.get('/v1/rollouts/play')).body).toEqual(body);
  expect((await api.get('/v1/rollouts')).body.data).toEqual([body]);
});

test.each([
  ['half a file', (whole: Uint8Array) => whole.slice(0, whole.length / 2)],
  ['no file at all', () => new Uint8Array()],
  ['text', () => new TextEncoder().encode('not a zip')],
])('%s is refused, and nothing is stored', async (_what, change) => {
  const before = await api.stored();
  const { status, body } = await create('broken', change(file));
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'rollouts_invalid', '/file']);
  expect(await api.stored()).toEqual(before);
});

test.each(['a\0b', 'a\ud800b'])('an action named %j, which no row can hold, is refused', async (action) => {
  const before = await api.stored();
  const { status, body } = await create('unclean', await tinyRollouts({}, [action, 'FIRE', 'RIGHT', 'LEFT']));
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'rollouts_invalid', '/file']);
  expect(await api.stored()).toEqual(before);
});

test('a file with another hash than was given is refused', async () => {
  const before = await api.stored();
  const { status, body } = await create('other', file, 'f'.repeat(64));
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'file_hash_mismatch', '/file/sha256']);
  expect(await api.stored()).toEqual(before);
});

test('a name that is taken is refused', async () => {
  await create('taken', file);
  expect((await create('taken', file)).body.code).toBe('name_taken');
});
