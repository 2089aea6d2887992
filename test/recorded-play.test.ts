import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArcade, recordEpisodes } from '../libs/arcade/src/index.ts';
import { createRolloutsWriter, gatherObservations, openRollouts } from '../libs/rollouts/src/index.ts';
import { findArcadePython } from './python.ts';

const STACK = 4;
const SIZE = 84;
const game = {
  game: 'breakout',
  numEnvs: 1,
  seed: 5,
  frameSkip: 4,
  maxPoolLast: 2,
  stack: STACK,
  height: SIZE,
  width: SIZE,
  noopMax: 30,
  fireReset: true,
  stickyActionProbability: 0.25,
  actionSet: 'minimal' as const,
};

test.runIf(await findArcadePython())(
  'single frames, recorded and stacked again, are the observations the emulator showed, byte for byte',
  async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'recorded-')), 'play.zarr.zip');
    const arcade = await openArcade(game);
    const { actions, versions } = arcade;
    const attributes = {
      game: 'breakout',
      actions,
      observation: {},
      contract_hash: '0',
      teacher: null,
      seed: 5,
      versions,
    };
    const writer = await createRolloutsWriter(path, { ...attributes, acting: 'sampled' });
    const seen: Uint8Array[] = [];
    const act = (observations: Uint8Array) => {
      seen.push(observations.slice()); // the emulator writes the next ones over them
      return Promise.resolve([(seen.length * 7) % actions.length]);
    };
    const recorded = await recordEpisodes(arcade, act, { episodes: 3 }, (episode) => writer.appendEpisode(episode));
    await arcade.close();
    await writer.seal();

    const rollouts = await openRollouts(path);
    const frames = await rollouts.loadFrames();
    expect(recorded).toEqual({ episodes: 3, frames: seen.length });
    expect(rollouts.episodes.every(({ terminated }) => terminated)).toBe(true);
    for (const [index, observation] of seen.entries()) {
      const stacked = gatherObservations(frames, [index], { stack: STACK });
      if (Buffer.compare(stacked, channelsLast(observation)) !== 0) throw new Error(`observation ${index} differs`);
    }
  },
);

/** [stack, H, W] → [H, W, stack] */
function channelsLast(observation: Uint8Array): Uint8Array {
  const pixels = SIZE * SIZE;
  return Uint8Array.from(observation, (_, at) => observation[(at % STACK) * pixels + Math.floor(at / STACK)]!);
}
