import { expect, test } from 'vitest';
import { checkName } from './check.ts';
import { judgeReturn, readReturn } from './measured-return.ts';

test.each([
  [30, { mean: 24, std: 2 }, true],
  [30.1, { mean: 24, std: 2 }, false],
  [17.9, { mean: 24, std: 2 }, false],
  [6, { mean: 24, std: 0 }, true],
  [5.9, { mean: 24, std: 0 }, false],
  [400, { mean: 24, std: 0 }, true],
  [-20, { mean: -21, std: 0 }, true],
])('an episode of %d beside %o: near is %s', (episode, measured, isNear) => {
  expect(judgeReturn(episode, measured).isNear).toBe(isNear);
});

test('a measured return is read with who acted, sampled unless said', () => {
  expect(readReturn('398.2,21.5,30,greedy')).toEqual({ mean: 398.2, std: 21.5, episodes: 30, acting: 'greedy' });
  expect(readReturn('-3,0,1').acting).toBe('sampled');
});

test.each(['30', '30,,10', '30,2,ten', '30,2,10,best', '30,2,10,greedy,1'])('%s is no measured return', (text) => {
  expect(() => readReturn(text)).toThrow();
});

test("a check's recording has a name that the service takes, however long the teacher's is", () => {
  const name = checkName('t'.repeat(64), new Date('2026-11-24T22:50:00.123Z'));
  expect(name).toMatch(/^check-t+-20261124t225000123$/);
  expect(name).toHaveLength(64);
});
