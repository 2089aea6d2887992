import { type Job, type JobEvent } from '@distiller/client';
import { expect, test } from 'vitest';
import { advance, firstState, inWords, type JobState } from './job-state.ts';
import { createProgressLine } from './progress-line.ts';
import { createTimeLeft, formatSeconds } from './time-left.ts';

const training = firstState({ kind: 'distillation', status: 'running', total_steps: 100 } as Job);

const event = (type: string, data: object) => ({ type, data, level: 'info', message: '' }) as unknown as JobEvent;

test('steps of a distillation are counted by its metrics, between rounds of play by their progress', () => {
  const trained = advance(training, event('metrics', { step: 40, points: [] }));
  expect(inWords(trained, 90)).toBe('training 40/100 (40 %)  ETA 1 min 30 s');
  const played = advance(trained, event('progress', { phase: 'playing', done: 7, total: 28 }));
  expect(inWords(played, undefined)).toBe('playing 7/28 (25 %)');
  const again = advance(played, event('metrics', { step: 41, points: [] }));
  expect(again).toMatchObject({ phase: 'training', done: 41, total: 100 });
});

test('a recording is not counted twice: its metrics change nothing', () => {
  const recording: JobState = { ...training, kind: 'recording', phase: 'playing', done: 5, total: 50 };
  expect(advance(recording, event('metrics', { step: 6, points: [] }))).toEqual(recording);
});

test('the time left is that of the phase, at its own pace', () => {
  const timeLeft = createTimeLeft();
  expect(timeLeft({ phase: 'labelling', done: 10, total: 100 }, 0)).toBeUndefined();
  expect(timeLeft({ phase: 'labelling', done: 40, total: 100 }, 3_000)).toBe(6);
  expect(timeLeft({ phase: 'training', done: 40, total: 50 }, 4_000)).toBeUndefined();
  expect(timeLeft({ phase: 'training', done: 45, total: 50 }, 5_000)).toBe(1);
});

test('after a step back to a checkpoint the pace is measured anew', () => {
  const timeLeft = createTimeLeft();
  timeLeft({ phase: 'training', done: 0, total: 100 }, 0);
  timeLeft({ phase: 'training', done: 50, total: 100 }, 1_000);
  expect(timeLeft({ phase: 'training', done: 20, total: 100 }, 60_000)).toBeUndefined();
  expect(timeLeft({ phase: 'training', done: 30, total: 100 }, 61_000)).toBe(7);
});

test.each([
  [59.4, '59 s'],
  [61, '1 min 01 s'],
  [7_260, '2 h 01 min'],
])('%d seconds are %s', (seconds, words) => {
  expect(formatSeconds(seconds)).toBe(words);
});

test('a log has a line for news, and else one every ten seconds', () => {
  let [now, written] = [0, ''];
  const line = createProgressLine({ write: (text) => (written += text) }, () => now);
  line.show('a', { isNews: true });
  now = 9_999;
  line.show('b', { isNews: false });
  now = 10_000;
  line.show('c', { isNews: false });
  line.show('d', { isNews: true });
  expect(written).toBe('a\nc\nd\n');
});

test('a terminal has one line, no longer than it is wide; a note stays above it', () => {
  let written = '';
  const line = createProgressLine({ isTTY: true, columns: 6, write: (text) => (written += text) });
  line.show('training', { isNews: false });
  line.note('warn: slow');
  expect(written).toBe('\r\u001b[2Ktrain\r\u001b[2Kwarn: slow\ntrain');
});

test('a picture above the line is written over with it', () => {
  let written = '';
  const line = createProgressLine({ isTTY: true, columns: 40, write: (text) => (written += text) });
  line.show('one', { isNews: false, picture: () => ['/\\', '  \\'] });
  written = '';
  line.show('two', { isNews: false });
  expect(written).toBe('\r\u001b[2A\u001b[Jtwo');
});
