import { expect, test } from 'vitest';
import { bundledInputs } from '../../../test/bench/bundled-inputs.ts';
import { onEveryEngine } from '../../../test/engines.ts';
import { findArcadePython } from '../../../test/python.ts';
import { checkTeacher, judge } from './check-teacher.ts';

const python = await findArcadePython();

const returns = (mean: number, std: number, episodes = 4) => ({
  mean,
  std,
  returns: Array<number>(episodes).fill(mean),
});
const stated = { mean: 100, std: 20, episodes: 30, acting: 'sampled' as const };

test.each([
  ['what was stated, within its spread', returns(80, 15), 'as-stated'],
  ['better than was stated', returns(150, 15), 'as-stated'],
  ['clearly less than was stated', returns(30, 10), 'below'],
  ['what chance plays', returns(2, 1), 'like-random'],
] as const)('%s is judged so', (_what, played, verdict) => {
  expect(judge(played, returns(1, 1), stated)).toBe(verdict);
});

test('where nothing was stated, only chance is there to compare with', () => {
  expect(judge(returns(30, 10), returns(1, 1), undefined)).toBe('better-than-random');
  expect(judge(returns(1, 2), returns(1, 1), undefined)).toBe('like-random');
});

onEveryEngine((engine) => {
  test.runIf(python && engine === 'tensorflow')(
    'the bundled teacher plays as stated under its contract, and badly under another',
    async () => {
      const { teacher } = await bundledInputs();
      // The beginnings of episodes, in which a good player misses no ball.
      const options = { episodes: 2, seed: 4, maxEpisodeFrames: 2400 };
      const own = await checkTeacher(teacher, options);
      const wrong = {
        ...teacher.observation,
        stack_order: 'newest_first',
        crop: { top: 60, bottom: 0, left: 0, right: 0 },
      } as const;
      const other = await checkTeacher({ ...teacher, observation: wrong }, options);
      expect(own.teacher.mean).toBeGreaterThan(15);
      expect(own.verdict).toBe('better-than-random');
      expect(other.random.returns).toHaveLength(2);
      expect(other.teacher.mean).toBeLessThan(own.teacher.mean / 2);
    },
  );
});
