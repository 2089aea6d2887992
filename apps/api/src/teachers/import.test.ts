import { readFile } from 'node:fs/promises';
import { fixedFrames } from '@distiller/distillation/spec';
import { layerTable, readSafetensors, referenceLogits, writeSafetensors } from '@distiller/policies/description';
import { importPolicy } from '@distiller/policies/formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../../../../test/api.ts';

// Files by the libraries themselves; what is read of each, libs/policies tests.
const FOLDER = 'test/reference/formats';
const OBSERVATION = { game: 'breakout', height: 44, width: 52, stack: 4 };
const ACTIONS = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'];

let api: Api;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.close());

interface Import {
  file: string;
  format: string;
  name?: string;
  bytes?: Uint8Array;
  changes?: object;
}

async function create({ file, format, name = file.replaceAll(/[^a-z0-9]/g, '-'), bytes, changes = {} }: Import) {
  const upload = await api.upload(bytes ?? (await readFile(`${FOLDER}/${file}`)));
  const teacher = { name, observation: OBSERVATION, actions: ACTIONS, weights: { upload, format }, ...changes };
  return api.post('/v1/teachers', teacher);
}

const MODELS = [
  ['sb3-ppo.zip', 'stable-baselines3'],
  ['sb3-a2c.zip', 'stable-baselines3'],
  ['sb3-dqn.zip', 'stable-baselines3'],
  ['sb3-qrdqn.zip', 'stable-baselines3'],
  ['cleanrl-ppo.pt', 'pytorch'],
  ['cleanrl-ppo-legacy.pt', 'pytorch'],
] as const;

test.each(MODELS)('%s becomes a teacher, and shows what it answers on fixed frames', async (file, format) => {
  const { status, body } = await create({ file, format });
  expect(status, JSON.stringify(body)).toBe(201);
  const imported = await importPolicy(format, {
    bytes: await readFile(`${FOLDER}/${file}`),
    input: [44, 52, 4],
    actions: 4,
  });
  const { rows } = layerTable(imported.layers, [44, 52, 4], 4);
  const logits = referenceLogits({ rows, weights: imported.weights, scale: '1/255' }, fixedFrames(44, 52, 4));
  const { verification, source } = body as unknown as {
    verification: { logits: number[][]; largest_difference: null };
    source: { format: string };
  };
  expect(verification.logits.flat()).toEqual([...logits]);
  expect(verification.largest_difference).toBeNull();
  expect(source.format).toBe(format);
});

test('a reference by the original library is compared, and one that the policy does not answer refuses it', async () => {
  const { tensors } = readSafetensors(await readFile(`${FOLDER}/torch.safetensors`));
  const [observations, logits] = [tensors.get('observations')!, tensors.get('cleanrl-ppo.pt')!];
  const reference = async (data: Float32Array) => {
    const named = new Map([
      ['observations', observations],
      ['logits', { ...logits, data }],
    ]);
    return { upload: await api.upload(writeSafetensors({ tensors: named, metadata: {} })) };
  };
  const right = Float32Array.from(logits.data);
  const import_ = { file: 'cleanrl-ppo.pt', format: 'pytorch' };
  const good = await create({ ...import_, name: 'right', changes: { reference: await reference(right) } });
  expect(good.status, JSON.stringify(good.body)).toBe(201);
  expect((good.body['verification'] as { largest_difference: number }).largest_difference).toBeLessThan(1e-4);

  const before = await api.stored();
  const wrong = right.map((value) => value * 1.01);
  const bad = await create({ ...import_, name: 'wrong', changes: { reference: await reference(wrong) } });
  expect([bad.status, bad.body.code, bad.body.errors?.[0]?.pointer]).toEqual([422, 'reference_mismatch', '/reference']);
  expect(await api.stored()).toEqual(before);
});

test('a network that divides by 255 itself is not said to see bytes', async () => {
  const changes = { observation: { ...OBSERVATION, scale: '1' } };
  const { status, body } = await create({ file: 'sb3-ppo.zip', format: 'stable-baselines3', name: 'bytes', changes });
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/observation/scale']);
});

const hostile: [what: string, format: string, bytes: () => Promise<Uint8Array> | Uint8Array][] = [
  ['half a zip', 'stable-baselines3', async () => (await readFile(`${FOLDER}/sb3-ppo.zip`)).subarray(0, 100_000)],
  ['a pickle that calls os.system', 'pytorch', () => Buffer.from("cos\nsystem\n(S'true'\ntR.")],
  ['four gigabytes declared in forty bytes', 'safetensors', () => gigabytes()],
  ['nothing', 'onnx', () => new Uint8Array()],
  ['random bytes', 'onnx', () => Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)],
  ['no HDF5', 'keras', () => Buffer.from('\x89HDF\r\n\x1a\n and nothing after it')],
  ['a module that was pickled whole', 'pytorch', () => readFile(`${FOLDER}/cleanrl-module.pt`)],
];

function gigabytes(): Uint8Array {
  const header = Buffer.from('{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

test.each(hostile)('%s (%s) is refused with what is wrong, and nothing is stored', async (_what, format, bytes) => {
  const before = await api.stored();
  const { status, type, body } = await create({ file: 'hostile', format, bytes: await bytes() });
  expect(type).toContain('application/problem+json');
  expect([status, body.errors?.[0]?.pointer?.split('/')[1]], JSON.stringify(body)).toEqual([
    422,
    format === 'safetensors' ? 'architecture' : 'weights',
  ]);
  expect(await api.stored()).toEqual(before);
});
