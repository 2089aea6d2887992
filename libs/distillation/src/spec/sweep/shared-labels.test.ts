import { expect, test } from 'vitest';
import { DistillationSpec } from '../distillation.ts';
import { DIRECTIONS_VERSION, type LabelsDescription } from '../labels-plan.ts';
import { shareLabels } from './shared-labels.ts';

const PAIR = {
  teacher: 'teacher_1',
  rollouts: 'rollouts_1',
  frames: 1000,
  actions: 4,
  pixels: 7056,
  stack: 4,
  stored: [],
};

const child = (loss: object, fields: object = {}) =>
  DistillationSpec.parse({
    kind: 'distillation',
    teacher: 'a',
    rollouts: 'b',
    steps: 100,
    batch_size: 10,
    loss,
    ...fields,
  });
const none = { derivative: { kind: 'none' } };
const vjp = (projections = 1, of = 'log-policy') => ({ derivative: { kind: 'vjp', projections, of } });
const jvp = (directions = 'patch', draws = 1) => ({ derivative: { kind: 'jvp', directions, draws } });

const share = (losses: object[], pair: object = {}, steps = 1000) =>
  shareLabels(
    losses.map((loss) => child(loss)),
    { ...PAIR, ...pair },
    () => steps,
  );
const projections = ({ labellings }: ReturnType<typeof shareLabels>) => labellings.map((one) => one.projections);

test('losses of a kind share one labelling with as many directions as the one that takes most', () => {
  const shared = share([vjp(1), vjp(3), vjp(2)]);
  expect(projections(shared)).toEqual([{ kind: 'vjp', count: 3, precision: 'int8' }]);
  expect(shared.of.map(({ labelling }) => labelling)).toEqual([0, 0, 0]);
  expect(shared.labellings[0]).toMatchObject({ teacher: 'teacher_1', rollouts: 'rollouts_1', of: 'log-policy' });
});

test('more directions than actions are not made', () => {
  expect(projections(share([vjp(18)]))).toMatchObject([{ count: 4 }]);
});

test('losses of several kinds have a labelling each, and one without derivatives takes any of them', () => {
  const shared = share([none, vjp(), jvp('patch', 2), jvp('gaussian'), vjp(1, 'logits')]);
  expect(shared.labellings.map(({ of, projections: made }) => [of, made.kind])).toEqual([
    ['log-policy', 'vjp'],
    ['log-policy', 'jvp'],
    ['log-policy', 'jvp'],
    ['logits', 'vjp'],
  ]);
  expect(shared.of.map(({ labelling }) => labelling)).toEqual([0, 0, 1, 2, 3]);
});

test('where no loss has derivatives, log-probabilities alone are made', () => {
  expect(projections(share([none, none]))).toEqual([{ kind: 'none' }]);
});

test('what is stored and fits is taken instead of being made again', () => {
  const stored: LabelsDescription[] = [
    { actions: 4, of: 'log-policy', directions_version: DIRECTIONS_VERSION, projections: { kind: 'none' } },
    {
      ...{ actions: 4, of: 'log-policy', directions_version: DIRECTIONS_VERSION },
      projections: { kind: 'vjp', count: 2, precision: 'int8' },
    },
  ];
  const shared = share([none, vjp(2), vjp(3)], { stored });
  expect(shared.of).toEqual([
    { stored: 0, labelling: null },
    { stored: 1, labelling: null },
    { stored: null, labelling: 0 },
  ]);
});

test('nothing is made where the teacher would be asked about fewer frames than there are', () => {
  // 2 children of 50 steps of 10 frames each: 1000 frames, as many as there are.
  expect(share([none, none], {}, 50).labellings).toEqual([]);
  expect(share([none, none], {}, 51).labellings).toHaveLength(1);
});

test('children that ask for other labels, or augment their frames, are left alone', () => {
  const children = [
    child(vjp(), { labels: { kind: 'recompute' } }),
    child(vjp(), { labels: { kind: 'stored', labels: 'mine' } }),
    child({ ...vjp(), augmentation: [{ kind: 'noise' }] }),
    child(vjp(), { data: { kind: 'closed_loop' } }),
  ];
  const shared = shareLabels(children, PAIR, () => 10_000);
  expect(shared.labellings).toEqual([]);
  expect(shared.of).toEqual(children.map(() => ({ stored: null, labelling: null })));
});

test('derivatives that would fill a disk are not stored unasked, nor labels that a worker could not use', () => {
  // 150,000 times 28,224 bytes are 4.2 GB, and 200,000 times 7,056 are 1.4 GB of frames.
  expect(projections(share([vjp(), none], { frames: 150_000 }, 20_000))).toEqual([
    { kind: 'vjp', count: 1, precision: 'int8' },
  ]);
  expect(projections(share([vjp(2), none], { frames: 150_000 }, 20_000))).toEqual([{ kind: 'none' }]);
  expect(share([none], { frames: 200_000 }, 100_000).labellings).toEqual([]);
});
