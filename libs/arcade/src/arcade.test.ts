import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { processesWith, waitUntil } from '../../../test/processes.ts';
import { findArcadePython } from '../../../test/python.ts';
import { actionAt, BREAKOUT } from './arcade.fixture.ts';
import { type Arcade, openArcade } from './arcade.ts';
import { type ArcadeOptions } from './arcade-options.ts';
import { ArcadeError } from './arcade-error.ts';

describe.runIf(await findArcadePython())('the arcade', () => {
  test('the same options, seed and actions give the same play, rewards and ends', async () => {
    const options = { ...BREAKOUT, stickyActionProbability: 0.25 };
    const [first, second] = [await playSteps(options, 250), await playSteps(options, 250)];
    expect(second).toEqual(first);
    expect(first.rewards.some((reward) => reward > 0)).toBe(true);
    expect(first.ends).toBeGreaterThan(0);
  });

  test('resetting with the opening seed starts the same play again', async () => {
    await opened(BREAKOUT, async (arcade) => {
      const start = Buffer.from(arcade.observations);
      await arcade.step([1, 2]);
      expect(start.equals(arcade.observations)).toBe(false);
      expect(start.equals(await arcade.reset(BREAKOUT.seed))).toBe(true);
    });
  });

  test('game i of n plays what a single game plays from seed + i', async () => {
    const single = { ...BREAKOUT, numEnvs: 1, seed: BREAKOUT.seed + 1 };
    const size = 4 * 84 * 84;
    await opened(BREAKOUT, (pair) =>
      opened(single, async (alone) => {
        for (let step = 0; step < 50; step++) {
          expect(Buffer.compare(pair.observations.subarray(size), alone.observations)).toBe(0);
          const action = actionAt(step, 4);
          await Promise.all([pair.step([0, action]), alone.step([action])]);
        }
      }),
    );
  });

  test('rewards are the raw points of the game', async () => {
    const { rewards } = await playSteps({ ...BREAKOUT, game: 'space_invaders', frameSkip: 3 }, 200);
    expect(Math.max(...rewards)).toBeGreaterThan(1);
  });

  test('an episode starts with blank frames before its first, also after another', async () => {
    await opened({ ...BREAKOUT, numEnvs: 1, maxEpisodeFrames: 200 }, async (arcade) => {
      expect(blankFrames(arcade.observations)).toEqual([true, true, true, false]);
      const ends = [];
      for (let step = 0; step < 60 && ends.length === 0; step++) {
        const { observations, terminated, truncated } = await arcade.step([0]);
        if (terminated[0] || truncated[0]) ends.push({ terminated, truncated, blank: blankFrames(observations) });
      }
      expect(ends).toEqual([{ terminated: [false], truncated: [true], blank: [true, true, true, false] }]);
    });
  });

  test('a game that is restarted from a seed plays what it would alone, whatever was played before and beside it', async () => {
    const play = async (arcade: Arcade, steps: number) => {
      let pixels = '';
      for (let step = 0; step < steps; step++) {
        const actions = Array.from({ length: arcade.options.numEnvs }, () => actionAt(step, 4));
        const { observations } = await arcade.step(actions, { again: false });
        pixels += Buffer.from(observations.subarray(-84 * 84)).toString('base64');
      }
      return pixels;
    };
    const sticky = { ...BREAKOUT, stickyActionProbability: 0.25 };
    await opened({ ...sticky, numEnvs: 1, seed: 42 }, async (alone) => {
      await opened(sticky, async (pair) => {
        await play(pair, 30);
        const beside = pair.observations.slice(0, 4 * 84 * 84);
        await pair.restart([{ game: 1, seed: 42 }]);
        expect(Buffer.compare(pair.observations.subarray(0, 4 * 84 * 84), beside)).toBe(0);
        expect(blankFrames(pair.observations.subarray(4 * 84 * 84))).toEqual([true, true, true, false]);
        expect(await play(pair, 30)).toBe(await play(alone, 30));
      });
    });
  });

  test('where the first frame is repeated, an episode’s stack begins with nothing else', async () => {
    const repeated = { ...BREAKOUT, numEnvs: 1, stackPadding: 'repeat' as const };
    await opened(repeated, ({ observations, fast }) => {
      const frames = [0, 1, 2, 3].map((k) => observations.subarray(k * 84 * 84, (k + 1) * 84 * 84));
      expect(frames.map((frame) => Buffer.compare(frame, frames[3]!))).toEqual([0, 0, 0, 0]);
      expect(fast).toBe(true);
    });
  });

  test('a crop and FIRE after a lost life are played by single emulators', async () => {
    const size = { height: 160, width: 160 };
    const crop = { top: 34, bottom: 16, left: 0, right: 0 };
    const uncropped = { ...BREAKOUT, numEnvs: 1, height: 210, width: 160, noopMax: 0 };
    const lostBalls = async (options: ArcadeOptions) => {
      let blank = 0;
      await opened(options, async (arcade) => {
        for (let step = 0; step < 150; step++) {
          const { observations } = await arcade.step([0]);
          const frame = observations.subarray(3 * options.height * options.width);
          const rows = options.crop ? frame : frame.subarray(34 * 160, 194 * 160);
          // Between the bricks and the paddle there is nothing but the ball.
          const field = rows.subarray(70 * 160, 150 * 160).filter((_, at) => at % 160 > 10 && at % 160 < 150);
          if (field.every((pixel) => pixel === 0)) blank += 1;
        }
      });
      return blank;
    };
    const [without, fired] = [
      await lostBalls(uncropped),
      await lostBalls({ ...uncropped, ...size, crop, lifeLoss: 'fire' }),
    ];
    expect(without).toBeGreaterThan(75);
    expect(fired).toBeLessThan(without / 2);
  });

  test('the action set is the minimal or the full one', async () => {
    await opened(BREAKOUT, ({ actions }) => expect(actions).toEqual(['NOOP', 'FIRE', 'RIGHT', 'LEFT']));
    await opened({ ...BREAKOUT, actionSet: 'full' }, ({ actions }) => expect(actions).toHaveLength(18));
  });

  test('actions that the game does not have are refused, and play goes on', async () => {
    await opened(BREAKOUT, async (arcade) => {
      await expect(arcade.step([0, 4])).rejects.toThrow('There is no action 4');
      await expect(arcade.step([0])).rejects.toThrow('2 games take as many actions');
      expect((await arcade.step([0, 1])).rewards).toHaveLength(2);
    });
  });

  test('what Python refuses comes back with its message', async () => {
    const opening = openArcade({ ...BREAKOUT, frameSkip: 0 });
    await expect(opening).rejects.toThrow(ArcadeError);
    await expect(opening).rejects.toThrow('frameskip must be positive');
    await expect(openArcade({ ...BREAKOUT, game: 'chess' })).rejects.toThrow("Unknown game 'chess'");
  });

  test('a step after the process was killed is an error, not a wait', async () => {
    const mark = randomUUID();
    process.env['ARCADE_TEST'] = mark;
    const arcade = await openArcade(BREAKOUT);
    delete process.env['ARCADE_TEST'];
    const [emulator] = processesWith(mark);
    // Stopped first, so that it cannot answer before it dies.
    process.kill(emulator!.pid, 'SIGSTOP');
    const step = arcade.step([0, 0]);
    process.kill(emulator!.pid, 'SIGKILL');
    await expect(step).rejects.toThrow('SIGKILL');
    await expect(arcade.step([0, 0])).rejects.toThrow('SIGKILL');
    await arcade.close();
  });

  test('the process dies with its parent', async () => {
    const mark = randomUUID();
    const script = `import { openArcade } from '${import.meta.resolve('./arcade.ts')}';
      await openArcade(${JSON.stringify(BREAKOUT)});
      console.log('open');
      setInterval(() => {}, 1000);`;
    const env = { ...process.env, ARCADE_TEST: mark };
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const parent = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    expect(
      processesWith(mark)
        .map(({ command }) => command)
        .join(),
    ).toContain('arcade.py');
    parent.kill('SIGKILL');
    await waitUntil(() => processesWith(mark).length === 0, 'the emulator outlived its parent');
  });
});

async function opened(options: ArcadeOptions, use: (arcade: Arcade) => unknown): Promise<void> {
  const arcade = await openArcade(options);
  try {
    await use(arcade);
  } finally {
    await arcade.close();
  }
}

async function playSteps(options: ArcadeOptions, steps: number) {
  const played = { pixels: '', rewards: [] as number[], ends: 0 };
  await opened(options, async (arcade) => {
    for (let step = 0; step < steps; step++) {
      const action = actionAt(step, arcade.actions.length);
      const { observations, rewards, terminated } = await arcade.step(Array(options.numEnvs).fill(action) as number[]);
      played.rewards.push(...rewards);
      played.ends += terminated.filter(Boolean).length;
      if (step % 10 === 0) played.pixels += Buffer.from(observations).toString('base64');
    }
  });
  return played;
}

function blankFrames(observations: Uint8Array): boolean[] {
  const size = 84 * 84;
  return [0, 1, 2, 3].map((k) => observations.subarray(k * size, (k + 1) * size).every((pixel) => pixel === 0));
}
