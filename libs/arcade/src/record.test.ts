import { describe, expect, test } from 'vitest';
import { findArcadePython } from '../../../test/python.ts';
import { actionAt, BREAKOUT } from './arcade.fixture.ts';
import { openArcade } from './arcade.ts';
import { type ArcadeOptions } from './arcade-options.ts';
import { type RecordedEpisode, recordEpisodes, type RecordingGoal } from './record.ts';

describe.runIf(await findArcadePython())('recording', () => {
  test('episodes are whole: replayed, they show the same frames and end with their last action', async () => {
    const single = { ...BREAKOUT, numEnvs: 1 };
    const { episodes } = await record(single, { episodes: 2 });
    expect(episodes).toHaveLength(2);
    const arcade = await openArcade(single);
    for (const { frames, actions, rewards } of episodes) {
      for (const [step, action] of actions.entries()) {
        const shown = arcade.observations.subarray(3 * 84 * 84);
        expect(Buffer.compare(shown, frames.subarray(step * 84 * 84, (step + 1) * 84 * 84))).toBe(0);
        const replayed = await arcade.step([action]);
        expect(replayed.rewards[0]).toBe(rewards[step]);
        expect(replayed.terminated[0]).toBe(step === actions.length - 1);
      }
    }
    await arcade.close();
  });

  test('as many episodes are recorded as were asked for, also fewer than games are played', async () => {
    expect((await record({ ...BREAKOUT, numEnvs: 3 }, { episodes: 2 })).tally.episodes).toBe(2);
    expect((await record({ ...BREAKOUT, numEnvs: 2 }, { episodes: 3 })).tally.episodes).toBe(3);
  });

  test('every episode that is begun is finished, so that long ones are not lost', async () => {
    const { episodes, tally } = await record({ ...BREAKOUT, numEnvs: 2, maxEpisodeFrames: 400 }, { minFrames: 50 });
    expect(episodes).toHaveLength(2);
    expect(tally).toEqual({ episodes: 2, frames: episodes.reduce((sum, { actions }) => sum + actions.length, 0) });
  });

  test('an episode that the time limit cuts is not terminated', async () => {
    const { episodes } = await record({ ...BREAKOUT, maxEpisodeFrames: 200 }, { episodes: 2 });
    expect(episodes.map(({ terminated }) => terminated)).toEqual([false, false]);
  });

  test('recording twice from one arcade records the same', async () => {
    const arcade = await openArcade({ ...BREAKOUT, maxEpisodeFrames: 200 });
    const recordings: RecordedEpisode[][] = [[], []];
    for (const recording of recordings) {
      await recordEpisodes(
        arcade,
        () => Promise.resolve([2, 3]),
        { episodes: 3 },
        (episode) => void recording.push(episode),
      );
    }
    await arcade.close();
    const [first, second] = recordings.map((episodes) =>
      episodes.map(({ frames }) => Buffer.from(frames).toString('base64')),
    );
    expect(first).toHaveLength(3);
    expect(second).toEqual(first);
  });
});

async function record(options: ArcadeOptions, goal: RecordingGoal) {
  const arcade = await openArcade(options);
  const episodes: RecordedEpisode[] = [];
  let step = 0;
  const act = () => {
    step += 1;
    return Promise.resolve(Array.from({ length: options.numEnvs }, (_, game) => actionAt(step + 1000 * game, 4)));
  };
  const tally = await recordEpisodes(arcade, act, goal, (episode) => void episodes.push(episode));
  await arcade.close();
  return { episodes, tally };
}
