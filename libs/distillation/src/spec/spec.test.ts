import { createHash } from 'node:crypto';
import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@distiller/policies/description';
import { beforeAll, expect, test } from 'vitest';
import {
  ACTIONS,
  tinyContract,
  tinyTeacher,
  tinyWeights,
  writeTinyRollouts,
} from '../../../../test/tiny-distillation.ts';
import {
  checkDistillation,
  contractHash,
  DistillationSpec,
  inspectRollouts,
  inspectTeacher,
  JobSpec,
  ObservationContract,
  TeacherInput,
} from './index.ts';

let directory: string;
let weightsPath: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spec-'));
  weightsPath = join(directory, 'weights');
  await writeFile(weightsPath, writeSafetensors({ tensors: tinyWeights(), metadata: {} }));
});

const job = { kind: 'distillation', teacher: 'a', rollouts: 'b' };
const teacher = (overrides: object = {}) =>
  TeacherInput.parse({
    name: 'tiny',
    observation: tinyContract,
    actions: ACTIONS,
    architecture: tinyTeacher,
    weights: { upload: 'upload_1' },
    ...overrides,
  });

/** Path and message of the first thing that is wrong with a job. */
function issueOf(input: unknown): { path: string; message: string } {
  const issue = JobSpec.safeParse(input).error?.issues[0];
  return { path: issue?.path.join('/') ?? '', message: issue?.message ?? '' };
}

test('a job of four words gets every default of the documentation', () => {
  expect(JobSpec.parse(job)).toMatchObject({
    student: { preset: 'paper-student' },
    loss: {
      value: { kind: 'kl', temperature: 1 },
      derivative: {
        kind: 'vjp',
        projections: 1,
        norm: 'squared',
        of: 'log-policy',
        weight: { kind: 'balanced', alpha: 0.1, schedule: { kind: 'constant', final_fraction: 0 } },
        min_passes: 20,
      },
      augmentation: [],
    },
    optimizer: { kind: 'adam', learning_rate: 0.001 },
    batch_size: 200,
    steps: 3000,
    train_fraction: 0.25,
    evaluate_every: 250,
    seed: 1,
    metadata: {},
  });
});

test.each([
  ['an unknown field', { ...job, stepz: 3 }, '', 'stepz'],
  ['an unknown field deep down', { ...job, loss: { value: { kind: 'kl', tau: 2 } } }, 'loss/value', 'tau'],
  [
    'an unknown kind of derivative',
    { ...job, loss: { derivative: { kind: 'vpj' } } },
    'loss/derivative/kind',
    "unknown derivative 'vpj'; there are none, vjp, jvp",
  ],
  [
    'an unknown value term',
    { ...job, loss: { value: { kind: 'cross-entropy' } } },
    'loss/value/kind',
    "unknown value term 'cross-entropy'; there are kl, reverse-kl, nll, mse",
  ],
  [
    'an unknown augmentation',
    { ...job, loss: { augmentation: [{ kind: 'shift' }, { kind: 'blur' }] } },
    'loss/augmentation/1/kind',
    "unknown augmentation 'blur'; there are noise, mixup, shift",
  ],
  [
    'an unknown weight',
    { ...job, loss: { derivative: { kind: 'jvp', weight: { kind: 'adaptive' } } } },
    'loss/derivative/weight/kind',
    "unknown weight 'adaptive'; there are fixed, relative, balanced",
  ],
  [
    'an unknown set of directions',
    { ...job, loss: { derivative: { kind: 'jvp', directions: 'pca' } } },
    'loss/derivative/directions',
    'principal-components',
  ],
  ['a temperature for MSE', { ...job, loss: { value: { kind: 'mse', temperature: 2 } } }, 'loss/value', 'temperature'],
  [
    'more than one draw of frame differences, which are not random',
    { ...job, loss: { derivative: { kind: 'jvp', draws: 2 } } },
    'loss/derivative/draws',
    'the same again',
  ],
  [
    'five augmentations',
    { ...job, loss: { augmentation: Array(5).fill({ kind: 'noise' }) } },
    'loss/augmentation',
    '<=4',
  ],
  [
    'a weight that grows over the run',
    { ...job, loss: { derivative: { kind: 'vjp', weight: { kind: 'fixed', schedule: { final_fraction: 2 } } } } },
    'loss/derivative/weight/schedule/final_fraction',
    '',
  ],
  [
    'a learning rate that is no rate',
    { ...job, optimizer: { kind: 'adam', learning_rate: -1 } },
    'optimizer/learning_rate',
    '',
  ],
  ['steps in words', { ...job, steps: 'many' }, 'steps', ''],
  [
    'a layer without derivative',
    { ...job, student: { layers: [{ kind: 'dropout' }] } },
    'student/layers/0/kind',
    "layer 'dropout' has no tangent",
  ],
  [
    'a preset and layers at once',
    { ...job, student: { preset: 'nature', layers: [{ kind: 'flatten' }] } },
    'student',
    'either a preset or layers',
  ],
])('%s is refused at its place', (_title, input, path, message) => {
  const issue = issueOf(input);
  expect(issue.path).toBe(path);
  expect(issue.message).toContain(message);
});

test('each kind of loss has its own fields and defaults', () => {
  const lossOf = (loss: object) => DistillationSpec.parse({ ...job, loss }).loss;
  expect(lossOf({ value: { kind: 'reverse-kl' } }).value).toEqual({ kind: 'reverse-kl', temperature: 1 });
  expect(lossOf({ value: { kind: 'nll' } }).value).toEqual({ kind: 'nll' });
  expect(lossOf({ derivative: { kind: 'jvp' } }).derivative).toEqual({
    kind: 'jvp',
    directions: 'frame-difference',
    draws: 1,
    norm: 'squared',
    of: 'log-policy',
    weight: { kind: 'balanced', alpha: 0.1, schedule: { kind: 'constant', final_fraction: 0 } },
    min_passes: 0,
  });
  const several = { kind: 'jvp', directions: 'gaussian', draws: 8, norm: 'plain', of: 'logits' };
  expect(lossOf({ derivative: several }).derivative).toMatchObject(several);
  expect(lossOf({ augmentation: [{ kind: 'shift' }, { kind: 'noise' }, { kind: 'mixup' }] }).augmentation).toEqual([
    { kind: 'shift', pixels: 4 },
    { kind: 'noise', std: 0.01 },
    { kind: 'mixup', alpha: 0.2 },
  ]);
});

test('an unknown game is refused by its name', () => {
  const issue = ObservationContract.safeParse({ game: 'half_life' }).error?.issues[0];
  expect(issue).toMatchObject({
    path: ['game'],
    message: expect.stringContaining("unknown game 'half_life'") as string,
  });
});

test('the hash of a contract changes with every field and not with their order', () => {
  const reversed = ObservationContract.parse(Object.fromEntries(Object.entries(tinyContract).reverse()));
  expect(contractHash(reversed)).toBe(contractHash(tinyContract));
  const others = [
    { frame_skip: 3 },
    { stack: 3 },
    { noop_max: 0 },
    { fire_reset: false },
    { sticky_action_probability: 0.25 },
  ];
  const hashes = others.map((change) => contractHash({ ...tinyContract, ...change }));
  expect(new Set([contractHash(tinyContract), ...hashes]).size).toBe(others.length + 1);
});

test('rollouts recorded under another contract than the teacher’s are refused, field by field', () => {
  const seen = { observation: tinyContract, actions: ACTIONS, episodes: 6 };
  const other = { ...seen, observation: { ...tinyContract, frame_skip: 3, noop_max: 0 } };
  expect(() => checkDistillation(DistillationSpec.parse(job), seen, other)).toThrow(
    /frame_skip: 4 ≠ 3; noop_max: 30 ≠ 0/,
  );
});

test('rollouts with other actions than the teacher’s are refused', () => {
  const seen = { observation: tinyContract, actions: ACTIONS, episodes: 6 };
  expect(() =>
    checkDistillation(DistillationSpec.parse(job), seen, { ...seen, actions: [...ACTIONS].reverse() }),
  ).toThrow('NOOP LEFT RIGHT ≠ RIGHT LEFT NOOP');
});

test('rollouts of one episode are refused: held out, it leaves none to train on', () => {
  const seen = { observation: tinyContract, actions: ACTIONS };
  expect(() => checkDistillation(DistillationSpec.parse(job), seen, { ...seen, episodes: 1 })).toThrow(
    expect.objectContaining({ code: 'rollouts_too_short', pointer: '/rollouts' }),
  );
});

test('a student that does not fit the contract is refused at its layer', () => {
  const seen = { observation: tinyContract, actions: ACTIONS, episodes: 6 };
  const student = {
    layers: [{ kind: 'conv', filters: 2, kernel: 13 }, { kind: 'flatten' }, { kind: 'dense', units: 3 }],
  };
  expect(() => checkDistillation(DistillationSpec.parse({ ...job, student }), seen, seen)).toThrow(
    expect.objectContaining({ code: 'architecture_invalid', pointer: '/student/layers/0/kernel' }),
  );
});

test('a teacher whose weights are right is described by its layers and its hashes', async () => {
  const sha256 = createHash('sha256')
    .update(await readFile(weightsPath))
    .digest('hex');
  const inspected = await inspectTeacher(teacher({ weights: { upload: 'upload_1', sha256 } }), {
    weights: weightsPath,
  });
  expect(inspected).toMatchObject({ sha256, contractHash: contractHash(tinyContract) });
  expect(inspected.table.rows.map(({ name }) => name)).toEqual([
    'conv1',
    'relu1',
    'flatten1',
    'dense',
    'relu2',
    'logits',
  ]);
});

test.each([
  ['truncated weights', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5), '/weights', 'truncated'],
  [
    'a weight that is not a number',
    (bytes: Buffer) => (bytes.writeFloatLE(NaN, bytes.length - 4), bytes),
    '/weights',
    'not finite',
  ],
  ['bytes that are no weights file', () => Buffer.from('not a weights file at all'), '/weights', ''],
])('%s are refused and named', async (_title, damage, pointer, message) => {
  const path = join(directory, 'damaged');
  await writeFile(path, damage(await readFile(weightsPath)));
  await expect(inspectTeacher(teacher(), { weights: path })).rejects.toMatchObject({
    pointer,
    message: expect.stringContaining(message) as string,
  });
});

test('a file too large to be a policy is refused without being read', async () => {
  const path = join(directory, 'sparse');
  await writeFile(path, '');
  // More than one buffer can hold, and no bytes on the disk.
  await truncate(path, 2 ** 40);
  await expect(inspectTeacher(teacher(), { weights: path })).rejects.toMatchObject({
    code: 'weights_invalid',
    pointer: '/weights',
    message: expect.stringContaining('are more than') as string,
  });
});

test('weights of another architecture are refused by the tensor that does not fit', async () => {
  const other = teacher({ architecture: { layers: [{ kind: 'flatten' }, { kind: 'dense', units: 3 }] } });
  await expect(inspectTeacher(other, { weights: weightsPath })).rejects.toMatchObject({
    pointer: '/weights',
    message: expect.stringContaining('conv1.weight') as string,
  });
});

test('rollouts are described by their own attributes', async () => {
  const path = join(directory, 'tiny.zarr.zip');
  await writeTinyRollouts(path);
  expect(await inspectRollouts(path)).toMatchObject({
    contractHash: contractHash(tinyContract),
    actions: ACTIONS,
    frames: 240,
    episodes: 6,
  });
});

test('rollouts whose frames are not of their contract’s size are refused', async () => {
  const path = join(directory, 'contradiction.zarr.zip');
  await writeTinyRollouts(path, { ...tinyContract, height: 24 });
  await expect(inspectRollouts(path)).rejects.toMatchObject({
    code: 'rollouts_invalid',
    message: expect.stringContaining('24×12') as string,
  });
});

test('rollouts that are no such file are refused', async () => {
  await expect(inspectRollouts(weightsPath)).rejects.toMatchObject({ code: 'rollouts_invalid', pointer: '/file' });
});
