import { describe, expect, test } from 'vitest';
import { JobSpec } from '../job.ts';
import { SpecError } from '../spec-error.ts';
import { sweepChildren } from './children.ts';
import { drawPoints, valueAt } from './draw-points.ts';
import { halvingSteps, rungsOf } from './rungs.ts';
import { SweepSpec } from './sweep.ts';

const base = { teacher: 'a', rollouts: 'b', steps: 1000, evaluate_every: 50 };

function sweep(parameters: object, fields: object = {}): SweepSpec {
  return SweepSpec.parse({ kind: 'sweep', base, parameters, ...fields });
}

function refusal(parameters: object, fields: object = {}): SpecError {
  try {
    sweepChildren(sweep(parameters, fields));
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Path and message of the first thing that is wrong with a sweep as it stands. */
function issueOf(input: object): [string, string] {
  const issue = JobSpec.safeParse({ kind: 'sweep', base, ...input }).error?.issues[0];
  return [issue?.path.join('/') ?? '', issue?.message ?? ''];
}

const rates = { values: [0.1, 0.01] };

test('a sweep of four words gets every default, and so does its base', () => {
  expect(sweep({ 'optimizer.learning_rate': rates })).toMatchObject({
    search: { kind: 'grid' },
    metric: { name: 'kl', goal: 'minimize' },
    max_parallel: null,
    failures: null,
    share_labels: true,
    priority: 0,
    base: { kind: 'distillation', batch_size: 200, optimizer: { kind: 'adam', beta1: 0.9 } },
  });
});

test.each([
  ['nothing that varies', { parameters: {} }, 'parameters', 'nothing varies'],
  ['a path that is none', { parameters: { 'optimizer..x': rates } }, 'parameters/optimizer..x', 'no path of a field'],
  ['a prototype for a path', { parameters: { __proto__x: rates } }, 'parameters/__proto__x', 'no path of a field'],
  ['neither values nor a range', { parameters: { seed: { from: 1 } } }, 'parameters/seed', 'either values, or a range'],
  [
    'a range that ends before it begins',
    { parameters: { seed: { min: 2, max: 1 } } },
    'parameters/seed/max',
    'not above min',
  ],
  [
    'a logarithm of 0',
    { parameters: { seed: { min: 0, max: 1, scale: 'log' } } },
    'parameters/seed/min',
    'where logarithms end',
  ],
  [
    'an unknown search',
    { parameters: { seed: rates }, search: { kind: 'bayes' } },
    'search/kind',
    "unknown search 'bayes'",
  ],
  ['a priority of the base', { base: { ...base, priority: 3 }, parameters: { seed: rates } }, 'base', 'priority'],
  [
    'a return to be made small',
    { parameters: { seed: rates }, metric: { name: 'return_ratio' } },
    'metric/goal',
    'a greater return_ratio is better',
  ],
])('%s is refused, and the field is named', (_what, input, path, message) => {
  const [where, why] = issueOf(input);
  expect([where, why]).toEqual([path, expect.stringContaining(message)]);
});

describe('children', () => {
  test('are every value with every other, the last parameter changing fastest, each a spec of its own', () => {
    const children = sweepChildren(
      sweep(
        { 'optimizer.learning_rate': rates, seed: { values: [1, 2, 3] } },
        { priority: 5, tags: { team: 'rl' }, metadata: { study: 'one' }, requires: { gpu: true } },
      ),
    );
    expect(children.map(({ point }) => Object.values(point).join())).toEqual(
      ['0.1,1', '0.1,2', '0.1,3', '0.01,1', '0.01,2', '0.01,3'], // the rate, the seed
    );
    expect(children.map(({ spec }) => [spec.optimizer.learning_rate, spec.seed])).toEqual(
      children.map(({ point }) => Object.values(point)),
    );
    for (const { spec } of children) {
      expect(JobSpec.parse(spec)).toEqual(spec);
      expect(spec).toMatchObject({
        priority: 5,
        tags: { team: 'rl' },
        metadata: { study: 'one' },
        requires: { gpu: true },
      });
    }
  });

  test('may differ in whole objects, so that losses are compared', () => {
    const values = [{ derivative: { kind: 'none' } }, { derivative: { kind: 'jvp', directions: 'patch', draws: 2 } }];
    const children = sweepChildren(sweep({ loss: { values } }));
    expect(children.map(({ spec }) => spec.loss.derivative.kind)).toEqual(['none', 'jvp']);
    expect(children[1]?.spec.loss.derivative).toMatchObject({
      norm: 'squared',
      weight: { kind: 'balanced', alpha: 0.1 },
    });
  });

  test('may differ inside a list', () => {
    const loss = { augmentation: [{ kind: 'noise', std: 0.1 }] };
    const children = sweepChildren(
      sweep({ 'loss.augmentation.0.std': { values: [0.2, 0.3] } }, { base: { ...base, loss } }),
    );
    expect(children.map(({ spec }) => spec.loss.augmentation[0])).toMatchObject([{ std: 0.2 }, { std: 0.3 }]);
  });

  test.each([
    ['an unknown field', { 'optimizer.rate': rates }, '/parameters/optimizer.rate', 'with 0.1, /optimizer/rate: '],
    [
      'an unknown place',
      { 'optimiser.rate': rates },
      '/parameters/optimiser.rate',
      "the base has no field 'optimiser.rate'",
    ],
    ['a value out of range', { batch_size: { values: [10, 0] } }, '/parameters/batch_size', 'with 0, /batch_size: '],
    ['a field of a job, not of what it does', { priority: rates }, '/parameters/priority', '/priority: '],
    [
      'an object with a field too many',
      { loss: { values: [{ value: { kind: 'kl', alpha: 2 } }] } },
      '/parameters/loss',
      '/loss/value/alpha: ',
    ],
    [
      'a kind whose siblings are those of another',
      { 'optimizer.kind': { values: ['sgd'] } },
      '/parameters/optimizer.kind',
      'with "sgd", /optimizer',
    ],
    [
      'one parameter inside another',
      { loss: rates, 'loss.value': rates },
      '/parameters/loss.value',
      "it is part of 'loss'",
    ],
    ['a range in a grid', { seed: { min: 1, max: 3 } }, '/parameters/seed', 'a grid needs values'],
    [
      'half a million children',
      { seed: { values: counting(100) }, steps: { values: counting(100) }, batch_size: { values: counting(50) } },
      '/parameters',
      '500000 children; 500 is the most',
    ],
  ])('%s is refused, naming the parameter and the field', (_what, parameters, pointer, message) => {
    const error = refusal(parameters);
    expect([error.pointer, error.message]).toEqual([pointer, expect.stringContaining(message)]);
  });

  test('what fields say of each other is checked in each of them', () => {
    const closed = { data: { values: [{ kind: 'closed_loop' }] } };
    const error = refusal(closed, { base: { ...base, early_stopping: { patience: 3 } } });
    expect([error.pointer, error.message]).toEqual(['/base/early_stopping', expect.stringContaining('closed_loop')]);
  });

  test('that play no game have no return to be compared by', () => {
    const parameters = { 'optimizer.learning_rate': rates };
    const error = refusal(parameters, { metric: { name: 'return_ratio', goal: 'maximize' } });
    expect([error.pointer, error.message]).toEqual(['/base/data', expect.stringContaining('return_ratio')]);
  });
});

describe('random points', () => {
  const parameters = {
    'optimizer.learning_rate': { min: 1e-4, max: 1e-1, scale: 'log' as const },
    batch_size: { min: 8, max: 64, integer: true },
    seed: { values: [1, 2, 3] },
  };
  const points = (samples: number, seed = 1, some: object = parameters) =>
    drawPoints(sweep(some, { search: { kind: 'random', samples, seed } }));

  test('follow from the seed, whatever the order of the parameters and however many are drawn', () => {
    const reversed = Object.fromEntries(Object.entries(parameters).reverse());
    expect(points(20, 1, reversed)).toEqual(points(20));
    expect(points(50).slice(0, 20)).toEqual(points(20));
    expect(points(20, 2)).not.toEqual(points(20));
  });

  test('are within their ranges, to six digits, and whole where they shall be', () => {
    for (const point of points(500)) {
      const { 'optimizer.learning_rate': rate, batch_size: batch } = point as Record<string, number>;
      expect(rate).toBeGreaterThanOrEqual(1e-4);
      expect(rate).toBeLessThanOrEqual(1e-1);
      expect(Number(rate!.toPrecision(6))).toBe(rate);
      expect([Number.isInteger(batch), batch! >= 8 && batch! <= 64]).toEqual([true, true]);
    }
  });

  test('lie as the scale says: the middle of a logarithmic range is its geometric mean', () => {
    const at = (parameter: object, u: number) => valueAt(SweepSpec.shape.parameters.parse({ x: parameter })['x']!, u);
    expect(at({ min: 1e-4, max: 1, scale: 'log' }, 0.5)).toBeCloseTo(1e-2, 6);
    expect(at({ min: 2, max: 4 }, 0.5)).toBe(3);
    expect([0, 0.34, 0.67, 0.999].map((u) => at({ min: 1, max: 3, integer: true }, u))).toEqual([1, 2, 3, 3]);
    expect([0, 0.999].map((u) => at({ min: 1, max: 1000, scale: 'log', integer: true }, u))).toEqual([1, 994]);
    expect([0, 0.5, 0.99].map((u) => at({ values: ['a', 'b'] }, u))).toEqual(['a', 'b', 'b']);
  });

  test('are each drawn once, all that there are if so many are wanted, and no more', () => {
    const few = { seed: { values: [1, 2, 3] }, steps: { min: 1, max: 2, integer: true } };
    const all = points(6, 1, few).map((point) => JSON.stringify(point));
    expect(new Set(all).size).toBe(6);
    const error = refusal(few, { search: { kind: 'random', samples: 7 } });
    expect([error.pointer, error.message]).toEqual([
      '/search/samples',
      expect.stringContaining('only 6 different points'),
    ]);
  });
});

describe('successive halving', () => {
  test.each([
    // [samples, eta, first, last], rungs, how many go on: Hyperband's own table (Li et al. 2018, table 1, s = 4) first.
    [
      [81, 3, 1, 81],
      [1, 3, 9, 27],
      [27, 9, 3, 1],
    ],
    [
      [16, 4, 100, 10_000],
      [100, 400],
      [4, 1],
    ],
    [[16, 4, 100, 400], [100], [4]],
    [[3, 2, 10, 1000], [10], [1]],
    [[2, 16, 10, 1000], [10], [1]],
  ])('of %j stops at %j and keeps %j', ([samples, eta, first, last], steps, keeps) => {
    const rungs = rungsOf({ samples: samples!, eta: eta!, min_steps: first! }, { steps: last! });
    expect(rungs).toEqual({ steps, keeps });
  });

  test('trains the steps of its rungs: 16 to 100, 4 to 400, 1 to 10,000', () => {
    const rungs = rungsOf({ samples: 16, eta: 4, min_steps: 100 }, { steps: 10_000 });
    expect(halvingSteps(rungs, { samples: 16, last: 10_000 })).toBe(16 * 100 + 4 * 300 + 9600);
  });

  const halving = { kind: 'successive_halving', samples: 4, min_steps: 100 };
  const parameters = { 'optimizer.learning_rate': { min: 1e-4, max: 1e-1, scale: 'log' } };

  test.each([
    [
      'a rung at which nothing is evaluated',
      { min_steps: 120 },
      {},
      ['/search/min_steps', 'no multiple of evaluate_every'],
    ],
    ['a rung at the end', { min_steps: 1000 }, {}, ['/search/min_steps', 'before the last step, 1000']],
    ['steps that vary', {}, { steps: { values: [500, 1000] } }, ['/parameters/steps', 'gives the steps']],
    ['a closed loop', {}, { data: { values: [{ kind: 'closed_loop' }] } }, ['/parameters/data', 'at play']],
  ])('%s is refused', (_what, search, more, [pointer, message]) => {
    const error = refusal({ ...parameters, ...more }, { search: { ...halving, ...search } });
    expect([error.pointer, error.message]).toEqual([pointer, expect.stringContaining(message!)]);
  });
});

function counting(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
