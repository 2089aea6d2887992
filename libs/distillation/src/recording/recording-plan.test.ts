import { expect, test } from 'vitest';
import { createRecordingPlan } from './recording-plan.ts';

const none = new Map<number, number>();

test('so many episodes are those with the first numbers, whichever end first', () => {
  const plan = createRecordingPlan({ episodes: 3 }, none);
  expect([plan.next(), plan.next(), plan.next(), plan.next()]).toEqual([0, 1, 2, undefined]);
  plan.finished(2, 10);
  plan.finished(0, 500);
  expect(plan.complete()).toBeUndefined();
  plan.finished(1, 20);
  expect(plan.complete()).toEqual([0, 1, 2]);
});

test('so many frames are the first episodes that have them, not those that ended first', () => {
  const plan = createRecordingPlan({ minFrames: 100 }, none);
  expect([plan.next(), plan.next(), plan.next()]).toEqual([0, 1, 2]);
  plan.finished(2, 500);
  plan.finished(1, 30);
  expect(plan.complete()).toBeUndefined();
  plan.finished(0, 70);
  expect(plan.complete()).toEqual([0, 1]);
});

test('no episode is begun that is surely not wanted, for what is being played counts already', () => {
  const plan = createRecordingPlan({ minFrames: 100 }, none);
  expect([plan.next(), plan.next()]).toEqual([0, 1]);
  for (let step = 0; step < 60; step++) plan.played(0);
  expect(plan.next()).toBe(2);
  for (let step = 0; step < 39; step++) plan.played(1);
  expect(plan.next()).toBe(3);
  plan.played(1);
  expect(plan.next()).toBeUndefined();
});

test('the more is played, the fewer of many begun episodes are wanted, and only their frames are told', () => {
  const plan = createRecordingPlan({ minFrames: 100 }, none);
  for (let episode = 0; episode < 4; episode++) plan.next();
  const play = (steps: number) => {
    for (let step = 0; step < steps; step++) for (let episode = 0; episode < 4; episode++) plan.played(episode);
  };
  play(24);
  expect([plan.end(), plan.progress().frames]).toEqual([Infinity, 96]);
  play(10);
  expect([plan.end(), plan.progress().frames]).toEqual([3, 102]);
  play(16);
  expect([plan.end(), plan.progress().frames]).toEqual([2, 100]);
  plan.finished(0, 60);
  expect([plan.end(), plan.complete()]).toEqual([2, undefined]);
});

test('what an interrupted recording left is not played again, and what is missing between is', () => {
  const plan = createRecordingPlan(
    { episodes: 5 },
    new Map([
      [0, 7],
      [2, 8],
      [3, 9],
    ]),
  );
  expect([plan.next(), plan.next(), plan.next()]).toEqual([1, 4, undefined]);
  plan.finished(4, 1);
  plan.finished(1, 1);
  expect(plan.complete()).toEqual([0, 1, 2, 3, 4]);
  expect(createRecordingPlan({ minFrames: 15 }, new Map([[0, 15]])).complete()).toEqual([0]);
});

test('how many frames there will be is known, or guessed from the episodes that are whole', () => {
  expect(createRecordingPlan({ minFrames: 100 }, none).progress()).toEqual({ frames: 0, expected: 100 });
  const plan = createRecordingPlan({ episodes: 10 }, none);
  expect(plan.progress().expected).toBeNull();
  plan.finished(0, 20);
  plan.finished(1, 40);
  plan.played(2);
  expect(plan.progress()).toEqual({ frames: 61, expected: 300 });
});
