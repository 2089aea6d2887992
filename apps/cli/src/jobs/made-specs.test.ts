import { expect, test } from 'vitest';
import { LabellingSpec, RecordingSpec } from '../../../../libs/distillation/src/spec/index.ts';
import { type LabelOptions, labellingSpec } from './label.ts';
import { type RecordOptions, recordingSpec } from './record.ts';

const recording = { teacher: 'breakout', name: 'play' };
const labelling = { teacher: 'breakout', rollouts: 'play' };

test.each<[Partial<RecordOptions>, object]>([
  [{}, { acting: { kind: 'sampled' }, frames: 100_000 }],
  [
    { acting: 'greedy', frames: 500, games: 2, seed: 7 },
    { acting: { kind: 'greedy' }, frames: 500, games: 2, seed: 7 },
  ],
  [{ acting: 'epsilon-greedy' }, { acting: { kind: 'epsilon-greedy', epsilon: 0.05 } }],
  [{ acting: 'epsilon-greedy', epsilon: 0.2 }, { acting: { kind: 'epsilon-greedy', epsilon: 0.2 } }],
  [
    { student: 'small@best', teacherShare: 0.5 },
    { acting: { kind: 'mixture', model: 'small@best', teacher_share: 0.5, per: 'step' } },
  ],
])('a recording with %o is one that the service takes', (options, expected) => {
  expect(RecordingSpec.parse(recordingSpec({ ...recording, ...options }))).toMatchObject(expected);
});

test.each<[Partial<RecordOptions>, string]>([
  [{ epsilon: 0.1 }, '--epsilon'],
  [{ acting: 'greedy', epsilon: 0.1 }, '--epsilon'],
  [{ teacherShare: 0.1 }, '--teacher-share'],
  [{ student: 'small@best', acting: 'greedy' }, '--acting'],
])('a recording with %o contradicts itself', (options, named) => {
  expect(() => recordingSpec({ ...recording, ...options })).toThrow(named);
});

test.each<[Partial<LabelOptions>, object]>([
  [{}, { projections: { kind: 'none' } }],
  [{ projections: 'vjp', count: 2, precision: 'f16' }, { projections: { kind: 'vjp', count: 2, precision: 'f16' } }],
  [
    { projections: 'jvp', directions: 'patch', count: 16, name: 'patches' },
    { name: 'patches', projections: { kind: 'jvp', directions: 'patch', count: 16, precision: 'f32' } },
  ],
])('a labelling with %o is one that the service takes', (options, expected) => {
  expect(LabellingSpec.parse(labellingSpec({ ...labelling, ...options }))).toMatchObject(expected);
});

test.each<[Partial<LabelOptions>, string]>([
  [{ count: 2 }, '--count'],
  [{ projections: 'none', precision: 'f16' }, '--precision'],
  [{ projections: 'vjp', directions: 'patch' }, '--directions'],
  [{ projections: 'jvp' }, '--directions'],
])('a labelling with %o contradicts itself', (options, named) => {
  expect(() => labellingSpec({ ...labelling, ...options })).toThrow(named);
});
