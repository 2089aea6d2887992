import { expect, test } from 'vitest';
import { tinySpec } from '../../../test/tiny-distillation.ts';
import { NOTHING_SEEN, type Watch, watchEvaluation } from './watch.ts';

/** Evaluations at steps 1, 2, 3 … with these values of kl, as far as training goes. */
function watched(early_stopping: object | null, values: number[], action_error = 1): Watch & { at: number } {
  const spec = tinySpec({ early_stopping });
  let watch = NOTHING_SEEN;
  let at = 0;
  for (const kl of values) {
    if (watch.stopped) break;
    at += 1;
    watch = watchEvaluation(spec, watch, { step: at, metrics: { kl, action_error, jacobian_error: 1 } });
  }
  return { ...watch, at };
}

test('the best is the least so far, and without rules nothing stops', () => {
  expect(watched(null, [3, 2, 5, 2, 4])).toEqual({ best: { step: 2, value: 2 }, stale: 3, stopped: null, at: 5 });
});

test('patience runs out after so many evaluations that were no better', () => {
  expect(watched({ patience: 2 }, [3, 2, 2, 2, 1])).toMatchObject({ stopped: 'patience', at: 4 });
  expect(watched({ patience: 2 }, [3, 2, 2, 1, 2, 0])).toMatchObject({ stopped: null, best: { step: 6 } });
});

test('better means better by more than min_delta', () => {
  expect(watched({ patience: 2, min_delta: 0.5 }, [3, 2.75, 2.5, 1])).toMatchObject({ stopped: 'patience', at: 3 });
  expect(watched({ patience: 2, min_delta: 0.5 }, [3, 2.75, 2.25, 1])).toMatchObject({ stopped: null });
});

test('a target is reached by its own metric', () => {
  const target = { metric: 'action_error', at_most: 0.1 };
  expect(watched({ target }, [3, 2], 0.1)).toMatchObject({ stopped: 'target', at: 1 });
  expect(watched({ target }, [0, 0], 0.11)).toMatchObject({ stopped: null });
});

test('what is not finite is never the best, and uses patience up', () => {
  expect(watched({ patience: 3 }, [NaN, NaN, 5, NaN])).toMatchObject({ best: { step: 3, value: 5 }, stale: 1 });
  expect(watched({ patience: 2 }, [NaN, NaN])).toMatchObject({ best: null, stopped: 'patience' });
});
