import { expect, test } from 'vitest';
import { checkLabels, DistillationSpec, LabellingSpec, type LabelsDescription, planLabels } from './index.ts';

const job = (overrides: object = {}) =>
  DistillationSpec.parse({ kind: 'distillation', teacher: 'a', rollouts: 'b', ...overrides });
const labelling = (overrides: object) =>
  LabellingSpec.safeParse({ kind: 'labelling', teacher: 'a', rollouts: 'b', ...overrides });

const labels = (projections: LabelsDescription['projections'], rest: object = {}): LabelsDescription => ({
  actions: 4,
  of: 'log-policy',
  projections,
  directions_version: 1,
  ...rest,
});
const VJP = labels({ kind: 'vjp', count: 2, precision: 'int8' });
const PATCHES = labels({ kind: 'jvp', count: 8, directions: 'patch', precision: 'f32' });

const pair = { teacherSha256: 'a'.repeat(64), rolloutsSha256: 'b'.repeat(64) };
const hashes = { teacher_sha256: pair.teacherSha256, rollouts_sha256: pair.rolloutsSha256 };

test('a labelling job of three words stores log-probabilities of the log-policy alone', () => {
  expect(labelling({}).data).toEqual({
    kind: 'labelling',
    requires: { gpu: false },
    teacher: 'a',
    rollouts: 'b',
    of: 'log-policy',
    projections: { kind: 'none' },
    seed: 1,
    priority: 0,
    tags: {},
    metadata: {},
  });
  expect(labelling({ projections: { kind: 'vjp' } }).data?.projections).toEqual({
    kind: 'vjp',
    count: 1,
    precision: 'int8',
  });
});

test.each([
  ['an unknown projection', { projections: { kind: 'hvp' } }, 'projections/kind', "unknown projection 'hvp'"],
  ['two frame differences', { projections: { kind: 'jvp', count: 2 } }, 'projections/count', 'the same again'],
  ['a vjp in f32', { projections: { kind: 'vjp', precision: 'f32' } }, 'projections/precision', 'int8'],
])('%s is refused', (_what, overrides, path, message) => {
  const issue = labelling(overrides).error!.issues[0]!;
  expect(issue.path.join('/')).toBe(path);
  expect(issue.message).toContain(message);
});

test('a distillation takes stored labels by itself, and says so when it is asked', () => {
  expect(job().labels).toEqual({ kind: 'auto' });
  const wrong = DistillationSpec.safeParse({ ...job(), labels: { kind: 'cached' } });
  expect(wrong.error!.issues[0]!.message).toContain("unknown source of labels 'cached'");
});

test.each([
  ['another teacher’s', { teacher_sha256: 'c'.repeat(64) }, 'a teacher with the weights ccc'],
  ['of other rollouts', { rollouts_sha256: 'd'.repeat(64) }, 'of the rollouts ddd'],
])('labels that are %s are refused at submission', (_what, change, message) => {
  const check = () => checkLabels(job(), { ...hashes, ...change }, pair);
  expect(check).toThrow(message);
  expect(check).toThrow(expect.objectContaining({ code: 'labels_mismatch', pointer: '/labels/labels' }));
});

test('labels of the same pair are taken, unless the job augments the frames', () => {
  checkLabels(job(), hashes, pair);
  const augmented = job({ loss: { augmentation: [{ kind: 'noise' }] } });
  expect(() => checkLabels(augmented, hashes, pair)).toThrow('this job augments them');
});

const stored = { labels: { kind: 'stored', labels: 'x' } };
const loss = (derivative: object) => ({ ...stored, loss: { derivative } });

test.each([
  ['the same vjp', loss({ kind: 'vjp', projections: 2 }), VJP, ['stored', 'stored']],
  ['a vjp of all actions', loss({ kind: 'vjp', projections: 18 }), { ...VJP, actions: 2 }, ['stored', 'stored']],
  ['fewer projections than the loss takes', loss({ kind: 'vjp', projections: 3 }), VJP, ['recomputed', 'takes 3']],
  ['derivatives of something else', loss({ kind: 'vjp', of: 'logits' }), VJP, ['recomputed', 'of the logits']],
  ['the other kind', loss({ kind: 'jvp' }), VJP, ['recomputed', 'a vjp is stored']],
  ['no derivative', loss({ kind: 'vjp' }), labels({ kind: 'none' }), ['recomputed', 'no derivatives']],
  ['the same set', loss({ kind: 'jvp', directions: 'patch', draws: 8 }), PATCHES, ['stored', 'stored']],
  ['another set', loss({ kind: 'jvp', directions: 'gaussian' }), PATCHES, ['recomputed', 'by patch']],
  [
    'directions of another version',
    loss({ kind: 'jvp', directions: 'patch' }),
    { ...PATCHES, directions_version: 0 },
    ['recomputed', 'version 0'],
  ],
  ['more than it needs', loss({ kind: 'none' }), VJP, ['none', 'stored']],
] as const)('labels that hold %s', (_what, overrides, description, [derivative, reason]) => {
  const plan = planLabels(job(overrides), description);
  expect(plan).toMatchObject({ log_probs: 'stored', derivative });
  expect(plan.reason).toContain(reason);
});

test('stored labels that were found are taken as those that were named', () => {
  const found = planLabels(job({ loss: { derivative: { kind: 'vjp' } } }), VJP);
  expect(found).toEqual(planLabels(job(loss({ kind: 'vjp' })), VJP));
  expect(found.derivative).toBe('stored');
});

test.each([
  ['the job asks for it', { labels: { kind: 'recompute' } }, VJP],
  ['no labels', {}, undefined],
  ['augments', { ...stored, loss: { augmentation: [{ kind: 'mixup' }] } }, VJP],
])('everything is recomputed when: %s', (reason, overrides, description) => {
  const plan = planLabels(job(overrides), description);
  expect(plan).toMatchObject({ log_probs: 'recomputed', derivative: 'recomputed' });
  expect(plan.reason).toContain(reason);
});
