import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Api, startApi, tinyTeacher } from '../../../../test/api.ts';

let api: Api;
let empty: object;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

beforeEach(async () => {
  empty = await api.stored();
});

const { input, weights } = tinyTeacher('breakout');

async function create(changes: object = {}, bytes: Uint8Array = weights) {
  return api.post('/v1/teachers', { ...input, weights: { upload: await api.upload(bytes) }, ...changes });
}

test('a teacher is stored with its hash, its layers and every default of its contract', async () => {
  const measured = { mean: 400.5, std: 10, episodes: 30, acting: 'sampled' };
  const { status, body, headers } = await create({ name: 'first', return: measured, provenance: 'trained here' });
  expect([status, headers.location]).toEqual([201, `/v1/teachers/${body.id}`]);
  expect(body).toMatchObject({
    name: 'first',
    observation: { game: 'breakout', frame_skip: 4, scale: '1/255' },
    contract_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    network: { layers: [{ name: 'flatten1' }, { name: 'logits', parameter_count: 4 * 288 + 4 }] },
    weights: { sha256: createHash('sha256').update(weights).digest('hex'), bytes: weights.length },
    return: measured,
  });
  expect((await api.get('/v1/teachers/first')).body).toEqual(body);
  expect((await api.get(`/v1/teachers/${body.id}`)).body).toEqual(body);
  expect((await api.get('/v1/teachers')).body.data).toContainEqual(body);
});

const flipped = Uint8Array.from(weights);
flipped[20] = (flipped[20] ?? 0) ^ 0xff;
const notFinite = Uint8Array.from(weights);
new DataView(notFinite.buffer).setFloat32(notFinite.length - 4, Number.NaN, true);

const badFiles: [what: string, bytes: Uint8Array, change: object, fault: [pointer: string, code: string]][] = [
  ['truncated weights', weights.slice(0, -1), {}, ['/weights', 'weights_invalid']],
  ['a bit flipped in the header', flipped, {}, ['/weights', 'weights_invalid']],
  ['a weight that is not finite', notFinite, {}, ['/weights', 'weights_invalid']],
  ['an empty file', new Uint8Array(), {}, ['/weights', 'weights_invalid']],
  ['a header that claims to be endless', new Uint8Array(64).fill(0xff), {}, ['/weights', 'weights_invalid']],
  [
    'an architecture of another size',
    weights,
    { architecture: { preset: 'nature' } },
    ['/architecture', 'architecture_invalid'],
  ],
  ['an unknown game', weights, { observation: { game: 'half-life' } }, ['/observation/game', 'invalid']],
  [
    'an unknown field of the contract',
    weights,
    { observation: { game: 'pong', gama: 1 } },
    ['/observation/gama', 'unknown_field'],
  ],
  ['a name that is none', weights, { name: '../x' }, ['/name', 'wrong_format']],
  [
    'one action too many',
    weights,
    { actions: ['A', 'B', 'C', 'D', 'E'] },
    ['/architecture/layers/1/units', 'architecture_invalid'],
  ],
];

test.each(badFiles)(
  '%s is refused, and nothing is stored, not even the upload',
  async (_what, bytes, change, [pointer, code]) => {
    const { status, type, body } = await create(change, bytes);
    expect([status, body.errors?.[0]?.pointer?.startsWith(pointer), body.errors?.[0]?.code]).toEqual([422, true, code]);
    expect(type).toContain('application/problem+json');
    expect(await api.stored()).toEqual(empty);
  },
);

test('weights with another hash than was given are refused', async () => {
  const upload = await api.upload(weights);
  const { status, body } = await create({ weights: { upload, sha256: '0'.repeat(64) } });
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'file_hash_mismatch', '/weights/sha256']);
});

test('a name that is taken is refused, and the first teacher stays', async () => {
  const first = (await create({ name: 'taken' })).body;
  const before = await api.stored();
  const { status, body } = await create({ name: 'taken' });
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([409, 'name_taken', '/name']);
  expect(await api.stored()).toEqual(before);
  expect((await api.get('/v1/teachers/taken')).body).toEqual(first);
});

test('of five that create one name at once, one does, and nothing of the others stays', async () => {
  const before = await api.stored();
  const results = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'raced' })));
  expect(results.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  const { rows, files } = before;
  // One teacher, and the very weights that other teachers have already: no file and no artifact more.
  const teachers = String(Number(rows['teachers']) + 1);
  expect(await api.stored()).toEqual({ files, rows: { ...rows, teachers } });
});

test('two teachers may have the same weights', async () => {
  await create({ name: 'twin-1' });
  const files = (await api.stored()).files;
  expect((await create({ name: 'twin-2' })).status).toBe(201);
  expect((await api.stored()).files).toBe(files);
});

test.each(['upload_0', '../../etc/passwd', 'upload_../x', 'a\0b'])('%j is no upload', async (upload) => {
  const { status, body } = await api.post('/v1/teachers', { ...input, name: 'none', weights: { upload } });
  expect(status).toBe(422);
  expect(body.errors?.[0]?.pointer).toBe('/weights/upload');
});

test('of five that take one upload at once, one does, and the others are told which field is at fault', async () => {
  const upload = await api.upload(weights);
  const names = Array.from({ length: 5 }, (_, index) => `taker-${index}`);
  const results = await Promise.all(
    names.map((name) => api.post('/v1/teachers', { ...input, name, weights: { upload } })),
  );
  expect(results.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422]);
  const refused = results.filter(({ status }) => status === 422);
  expect(refused.map(({ body }) => body.errors?.[0]?.pointer)).toEqual(refused.map(() => '/weights/upload'));
});

test('an upload serves one create call', async () => {
  const upload = await api.upload(weights);
  expect((await api.post('/v1/teachers', { ...input, name: 'once', weights: { upload } })).status).toBe(201);
  const again = await api.post('/v1/teachers', { ...input, name: 'twice', weights: { upload } });
  expect([again.status, again.body.code]).toEqual([422, 'unknown_reference']);
});
