import { describe, expect, test } from 'vitest';
import { type JobStatus } from '../jobs/transitions.ts';
import { nextMoves } from './next-moves.ts';
import { bestOf, ranked } from './rung-moves.ts';
import { type ChildState, type Move, type SweepRules, type SweepState } from './sweep-state.ts';

const RULES: SweepRules = {
  ...{ metric: 'kl', goal: 'minimize', maxParallel: null, failures: null },
  ...{ rungs: [], keeps: [] },
};

function child(index: number, fields: Partial<ChildState> = {}): ChildState {
  return {
    ...{ index, id: `job_${index}`, status: 'running', stopMode: null, heldFor: null, step: 0, stopAtStep: null },
    ...{ value: null, place: null, endedAt: null, labellingId: null, isHalved: false, ...fields },
  };
}

const children = (...all: Partial<ChildState>[]) => all.map((fields, index) => child(index, fields));

function sweep(all: ChildState[], fields: Partial<SweepState> = {}, rules: Partial<SweepRules> = {}): SweepState {
  const plain = { status: 'running' as const, stopMode: null, stopReason: null, labellings: [] };
  return { ...plain, children: all, rules: { ...RULES, ...rules }, ...fields };
}

const waiting = { status: 'paused', heldFor: 'turn' } as const;
const done = (value: number | null, place = 1) => ({ status: 'succeeded', value, place, endedAt: 1 }) as const;
const failed = { status: 'failed', place: 1 } as const;

/** In few words: `resume job_1`. */
const words = (moves: Move[]) =>
  moves.map((move) => {
    if (move.kind === 'tell') return `tell ${move.children.map(({ id }) => id).join(' ')}`;
    if (move.kind === 'end') return `end ${move.status}${'code' in move ? ` ${move.code}` : ''}`;
    if (move.kind === 'promote') return `promote ${move.job} ${move.stopAtStep}`;
    if (move.kind === 'cancel') return `cancel ${move.job} ${move.mode} ${move.reason}`;
    if (move.kind === 'take_labels') return `take_labels ${move.job} ${move.labelsId}`;
    return 'job' in move ? `${move.kind} ${move.job}` : move.kind;
  });
const next = (state: SweepState) => words(nextMoves(state));

test('a sweep that waits begins, and one whose inputs are looked at does not', () => {
  expect(next(sweep(children(waiting), { status: 'queued' }))).toEqual(['begin']);
  expect(next(sweep(children(waiting), { status: 'validating' }))).toEqual([]);
});

describe('turns', () => {
  test('come to as many as there is room for, in the order of the points', () => {
    const all = children({ status: 'queued' }, waiting, waiting, waiting);
    expect(next(sweep(all, {}, { maxParallel: 3 }))).toEqual(['resume job_1', 'resume job_2']);
    expect(next(sweep(all, {}, { maxParallel: 1 }))).toEqual([]);
    expect(next(sweep(all))).toEqual(['resume job_1', 'resume job_2', 'resume job_3']);
  });

  test.each<JobStatus>(['queued', 'running', 'pausing', 'cancelling'])('a child that is %s takes up room', (status) => {
    expect(next(sweep(children({ status }, waiting), {}, { maxParallel: 1 }))).toEqual([]);
  });

  test('are not for a child that somebody has paused, which takes up no room', () => {
    const all = children({ status: 'paused' }, waiting);
    expect(next(sweep(all, {}, { maxParallel: 1 }))).toEqual(['resume job_1']);
    expect(next(sweep(children({ status: 'paused' })))).toEqual([]);
  });
});

describe('labels', () => {
  const held = { status: 'paused', heldFor: 'labels', labellingId: 'job_l' } as const;
  const labelling = (status: JobStatus, labelsId: string | null = null) => ({
    labellings: [{ id: 'job_l', status, stopMode: null, heldFor: null, labelsId }],
  });

  test('are waited for, and taken by all who wait for them', () => {
    expect(next(sweep(children(held, held), labelling('running')))).toEqual([]);
    expect(next(sweep(children(held, held), labelling('succeeded', 'labels_1')))).toEqual([
      'take_labels job_0 labels_1',
      'take_labels job_1 labels_1',
    ]);
  });

  test.each<JobStatus>(['failed', 'cancelled'])('that are %s are done without', (status) => {
    expect(next(sweep(children(held), labelling(status)))).toEqual(['take_labels job_0 null']);
  });
});

describe('rungs', () => {
  const rules = { rungs: [10, 40], keeps: [2, 1] };
  const at = (value: number | null, fields: Partial<ChildState> = {}): Partial<ChildState> => ({
    ...{ status: 'paused', heldFor: 'rung', step: 10, stopAtStep: 10, value, ...fields },
  });

  test('are decided when all that have not ended stand there', () => {
    const all = [at(3), at(1), at(2), at(null)];
    expect(next(sweep(children(...all), {}, rules))).toEqual([
      'halve job_0',
      'promote job_1 40',
      'promote job_2 40',
      'halve job_3',
    ]);
    expect(next(sweep(children(...all, { stopAtStep: 10, step: 9 }), {}, rules))).toEqual([]);
    expect(next(sweep(children(...all, { ...waiting, stopAtStep: 10 }), {}, rules))).toEqual(['resume job_4']);
  });

  test('the last one lets its best go on to the end', () => {
    const second = { step: 40, stopAtStep: 40 };
    const all = children(at(5, second), { status: 'cancelled', place: 1 }, at(4, second));
    expect(next(sweep(all, {}, rules))).toEqual(['halve job_0', 'promote job_2 null']);
  });

  test('one that is left alone is compared with nobody, and goes on to the end', () => {
    expect(next(sweep(children(at(3), failed, failed, failed), {}, rules))).toEqual(['promote job_0 null']);
  });

  test('a child that has ended by itself is compared too, and takes a place', () => {
    expect(next(sweep(children(at(3), at(2), done(1)), {}, rules))).toEqual(['halve job_0', 'promote job_1 40']);
    expect(next(sweep(children(at(3), at(2), done(4)), {}, rules))).toEqual(['promote job_0 40', 'promote job_1 40']);
  });

  test('what is to be great goes on where it is great, and of two alike the first', () => {
    const all = children(at(1), at(3), at(3), at(2));
    expect(next(sweep(all, {}, { ...rules, keeps: [1, 1], goal: 'maximize' }))).toEqual([
      'halve job_0',
      'promote job_1 null',
      'halve job_2',
      'halve job_3',
    ]);
  });

  test('a child that somebody has paused at its rung is compared; one that is paused before it is waited for', () => {
    expect(next(sweep(children(at(1, { heldFor: null }), at(2)), {}, rules))).toHaveLength(2);
    expect(next(sweep(children(at(1, { heldFor: null, step: 9 }), at(2)), {}, rules))).toEqual([]);
  });
});

describe('ends', () => {
  test('of children are told in the order in which they came, before anything else', () => {
    const all = children({ ...done(1), place: null, endedAt: 5 }, { ...failed, place: null, endedAt: 4 }, waiting);
    expect(next(sweep(all))).toEqual(['tell job_1 job_0']);
  });

  test('a sweep succeeds when all children have ended and one has succeeded', () => {
    expect(next(sweep(children(done(1), failed, { status: 'cancelled', place: 2 })))).toEqual(['end succeeded']);
    expect(next(sweep(children(failed, { status: 'cancelled', place: 2 })))).toEqual(['end failed no_child_succeeded']);
  });

  test('beyond the failures that are allowed, what is left is cancelled and the sweep fails', () => {
    const all = children(failed, failed, { status: 'running' }, waiting, { status: 'cancelling' }, done(1));
    expect(next(sweep(all, {}, { failures: 2 }))).toEqual(['resume job_3']);
    expect(next(sweep(all, {}, { failures: 1 }))).toEqual([
      'cancel job_2 graceful sweep_over',
      'cancel job_3 graceful sweep_over',
    ]);
    expect(next(sweep(children(failed, failed, done(1)), {}, { failures: 1 }))).toEqual([
      'end failed too_many_failures',
    ]);
  });
});

describe('a sweep that is', () => {
  test('pausing pauses what is at work and rests when nothing is', () => {
    const all = children({ status: 'running' }, { status: 'queued' }, waiting, { status: 'pausing' });
    expect(next(sweep(all, { status: 'pausing' }))).toEqual(['pause job_0', 'pause job_1']);
    expect(next(sweep(children({ status: 'pausing' }), { status: 'pausing' }))).toEqual([]);
    expect(next(sweep(children(waiting, done(1)), { status: 'pausing' }))).toEqual(['rest']);
    expect(next(sweep(children(done(1)), { status: 'pausing' }))).toEqual(['end succeeded']);
  });

  test('paused resumes nothing by itself, and when it is resumed goes on with those that it has paused', () => {
    const all = children({ status: 'paused', heldFor: 'sweep' }, { status: 'paused' }, done(1));
    expect(next(sweep(all, { status: 'paused' }))).toEqual([]);
    expect(next(sweep(all))).toEqual(['resume job_0']);
  });

  test('cancelling cancels all, in its own mode, and has ended when they have', () => {
    const all = children({ status: 'running' }, waiting, { status: 'cancelling', stopMode: 'graceful' });
    const asked = { status: 'cancelling', stopReason: 'deadline' } as const;
    expect(next(sweep(all, asked))).toEqual(['cancel job_0 graceful deadline', 'cancel job_1 graceful deadline']);
    expect(next(sweep(all, { ...asked, stopMode: 'now' }))).toEqual([
      'cancel job_0 now deadline',
      'cancel job_1 now deadline',
      'cancel job_2 now deadline',
    ]);
    expect(next(sweep(children(done(1)), asked))).toEqual(['end cancelled']);
  });

  test.each<JobStatus>(['failed', 'cancelled'])('%s leaves no child behind, and tells no more', (status) => {
    const all = children(waiting, { ...failed, place: null });
    expect(next(sweep(all, { status }))).toEqual(['cancel job_0 graceful sweep_over']);
    expect(next(sweep(children({ ...failed, place: null }), { status }))).toEqual([]);
  });
});

test('the best has succeeded and has the best value; what is not finite comes last', () => {
  const all = children(done(Number.NaN), done(2), { status: 'failed', value: 0 }, done(1), done(null));
  expect(ranked(all, RULES).map(({ index }) => index)).toEqual([2, 3, 1, 0, 4]);
  expect(bestOf(all, RULES)?.index).toBe(3);
  expect(bestOf(all, { goal: 'maximize' })?.index).toBe(1);
  expect(bestOf(children(done(null)), RULES)).toBeUndefined();
});

test('whatever is done in whatever order by workers, a halving of sixteen trains no more than its rungs, and ends with the best', () => {
  // Child i is the i-th best; each is at work for a while of its own.
  const rules = { ...RULES, maxParallel: 3, rungs: [10, 40], keeps: [4, 1] };
  const state = sweep(
    Array.from({ length: 16 }, (_, index) => child(index, { ...waiting, stopAtStep: 10, value: index })),
    { status: 'queued' },
    rules,
  );
  const mine = { ...state, children: [...state.children] };
  let trained = 0;
  for (let turn = 0; mine.status !== 'succeeded' && turn < 1000; turn++) {
    const moves = nextMoves(mine);
    for (const move of moves) apply(mine, move);
    if (moves.length > 0) continue;
    const busy = mine.children.filter(({ status }) => status === 'queued');
    expect(busy.length).toBeLessThanOrEqual(3);
    trained += work(busy[turn % busy.length]!, { last: 640, turn });
  }
  expect(mine.status).toBe('succeeded');
  expect(trained).toBe(16 * 10 + 4 * 30 + 1 * 600);
  expect(mine.children.filter(({ status }) => status === 'succeeded').map(({ index }) => index)).toEqual([0]);
  expect(mine.children.map(({ place }) => place).sort((a, b) => a! - b!)).toEqual(mine.children.map((_, at) => at + 1));
});

/** A worker's part: a child is trained to where it stops. @returns steps */
function work(one: ChildState, { last, turn }: { last: number; turn: number }): number {
  const before = one.step;
  one.step = one.stopAtStep ?? last;
  Object.assign(
    one,
    one.stopAtStep === null ? { status: 'succeeded', endedAt: turn } : { status: 'paused', heldFor: 'rung' },
  );
  return one.step - before;
}

function apply(state: SweepState, move: Move): void {
  const told = state.children.filter(({ place }) => place !== null).length;
  const one = 'job' in move ? state.children.find(({ id }) => id === move.job) : undefined;
  if (move.kind === 'begin') state.status = 'running';
  if (move.kind === 'tell') for (const [at, ended] of move.children.entries()) ended.place = told + 1 + at;
  if (move.kind === 'resume') Object.assign(one!, { status: 'queued', heldFor: null });
  if (move.kind === 'promote') Object.assign(one!, { stopAtStep: move.stopAtStep, heldFor: 'turn' });
  if (move.kind === 'halve') Object.assign(one!, { status: 'cancelled', isHalved: true, endedAt: 0 });
  if (move.kind === 'end') state.status = move.status;
}
