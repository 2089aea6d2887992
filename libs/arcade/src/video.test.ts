import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findArcadePython, runPython } from '../../../test/python.ts';
import { actionAt, BREAKOUT } from './arcade.fixture.ts';
import { openArcade } from './arcade.ts';
import { type ArcadeOptions } from './arcade-options.ts';
import { drawVideo, type VideoMove, type VideoSide } from './video.ts';

const python = await findArcadePython();
const GAME = { ...BREAKOUT, numEnvs: 1, stickyActionProbability: 0.25 };
const ACTIONS = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'];
const OPTIONS = { game: GAME, actions: ACTIONS };

describe.runIf(python)('the video', () => {
  test('shows all emulator time at 30 frames a second, in its size, until the longer game ends', async () => {
    const [long, short] = [
      await play(GAME, { title: 'long', steps: 40 }),
      await play(GAME, { title: 'short', steps: 25 }),
    ];
    const video = await drawVideo(OPTIONS, [long, short]);
    // Forty steps of four emulator frames at 60 a second, and the end as it stands.
    expect(video).toMatchObject({ frames: 40 * 2 + 1, framesPerSecond: 30, width: 648, height: 516 });
    expect(await decode(video.bytes)).toMatchObject({ frames: 81, width: 648, height: 516, fps: 30, codec: 'h264' });
  });

  test('an odd frame skip is shown at 30 frames a second too', async () => {
    const game = { ...GAME, frameSkip: 3 };
    const video = await drawVideo({ game, actions: ACTIONS }, [await play(game, { title: 'only', steps: 20 })]);
    expect(video.frames).toBe(20 * 1.5 + 1);
  });

  test('a side whose game ended stands still, in grey, while the other goes on', async () => {
    const ended = await play(GAME, { title: 'ended', steps: 1000, actionOf: () => 1 });
    const other = await play(GAME, { title: 'other', steps: ended.moves.length + 10 });
    expect([ended.ended, other.ended]).toEqual([true, false]);
    const { first, last } = await decode((await drawVideo(OPTIONS, [ended, other])).bytes);
    for (const colour of [...first, last[1]!]) expect(colour).toBeGreaterThan(100);
    expect(last[0]).toBeLessThan(20);
  });

  test('play that the emulator does not repeat is refused', async () => {
    const side = await play(GAME, { title: 'other', steps: 60 });
    const moves = side.moves.map((move) => ({ ...move, reward: move.reward + 1 }));
    await expect(drawVideo(OPTIONS, [{ ...side, moves }])).rejects.toThrow(
      "The replay of 'other' is not what was recorded",
    );
  });
});

interface Playing {
  title: string;
  steps: number;
  actionOf?: (step: number) => number;
}

/** At most so many steps of one game. */
async function play(options: ArcadeOptions, { title, steps, actionOf = (step) => actionAt(step, 4) }: Playing) {
  const arcade = await openArcade(options);
  const side: VideoSide & { moves: VideoMove[] } = { title, moves: [], ended: false };
  while (side.moves.length < steps && !side.ended) {
    const action = actionOf(side.moves.length);
    const { rewards, terminated, truncated } = await arcade.step([action]);
    side.moves.push({ action, probabilities: [0.1, 0.2, 0.3, 0.4], reward: rewards[0]! });
    side.ended = terminated[0]! || truncated[0]!;
  }
  await arcade.close();
  return side;
}

const DECODE = `
import imageio_ffmpeg, json, numpy, sys
frames = imageio_ffmpeg.read_frames(sys.argv[1])
meta = next(frames)
width, height = meta["size"]
pictures = [numpy.frombuffer(frame, numpy.uint8).reshape(height, width, 3) for frame in frames]
colours = lambda picture: [int(numpy.ptp(half[28:448].astype(int), axis=2).max()) for half in (picture[:, :320], picture[:, 328:])]
print(json.dumps({"frames": len(pictures), "width": width, "height": height, "fps": meta["fps"], "codec": meta["codec"],
  "first": colours(pictures[0]), "last": colours(pictures[-1])}))`;

/** What an independent reader finds in it; of the first and last picture the most colour (0 is grey) in either half. */
async function decode(bytes: Uint8Array) {
  const path = join(await mkdtemp(join(tmpdir(), 'video-')), 'video.mp4');
  await writeFile(path, bytes);
  return JSON.parse(await runPython(python!, DECODE, path)) as Record<'first' | 'last', number[]>;
}
