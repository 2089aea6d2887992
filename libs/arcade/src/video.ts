import { z } from 'zod';
import { provisionArcade } from './arcade.ts';
import { type ArcadeOptions } from './arcade-options.ts';
import { ArcadeError } from './arcade-error.ts';
import { type Emulator, startEmulator } from './emulator.ts';

export interface VideoOptions {
  /** The game that was played, by one environment, and its seed. */
  game: ArcadeOptions;
  /** Names of the actions, written beside the bars. */
  actions: readonly string[];
}

/** One policy's play of the game, from its start. */
export interface VideoSide {
  title: string;
  moves: readonly VideoMove[];
  /** Whether the last move ended the game; otherwise the play was longer than what is shown. */
  ended: boolean;
}

export interface VideoMove {
  action: number;
  /** [actions] the policy's probabilities when it chose. */
  probabilities: readonly number[];
  /** What the move brought: the replay must bring the same. */
  reward: number;
}

export interface Video {
  /** MP4, H.264. */
  bytes: Uint8Array;
  /** In pixels. */
  width: number;
  height: number;
  frames: number;
  framesPerSecond: number;
}

const Stepped = z.object({ rewards: z.array(z.number()), ended: z.array(z.boolean()) });
const Finished = z.object({ width: z.number(), height: z.number(), frames: z.number(), fps: z.number() });

/**
 * Draws the play of several policies from one seed side by side: the game in colour, 160×210 twice as large, at 30 frames a
 * second of the emulator's own time, the score, and under it the action probabilities as bars. The play is replayed
 * from its actions; who ended first keeps its last picture, greyed. Pictures are streamed to the encoder one by one.
 * @throws ArcadeError where the replay is not the play that was recorded; ArcadeUnavailableError
 */
export async function drawVideo({ game, actions }: VideoOptions, sides: readonly VideoSide[]): Promise<Video> {
  const artist = startEmulator(await provisionArcade(), 'video.py', 'painter of the video');
  try {
    const titles = sides.map(({ title }) => title);
    await artist.request({ do: 'open', options: replayOptions(game), seed: game.seed, titles, actions });
    const longest = Math.max(...sides.map(({ moves }) => moves.length));
    for (let step = 0; step < longest; step++) await drawStep(artist, sides, step);
    const { header, payload } = await artist.request({ do: 'finish' });
    const { width, height, frames, fps } = Finished.parse(header);
    return { bytes: payload, width, height, frames, framesPerSecond: fps };
  } finally {
    await artist.close();
  }
}

/** What decides the course of the game, in the words of the vector environment that replays it. */
function replayOptions(options: ArcadeOptions): object {
  return {
    game: options.game,
    num_envs: 1,
    frameskip: options.frameSkip,
    max_pool_last: options.maxPoolLast,
    stack_num: options.stack,
    img_height: options.height,
    img_width: options.width,
    noop_max: options.noopMax,
    use_fire_reset: options.fireReset,
    repeat_action_probability: options.stickyActionProbability,
    action_set: options.actionSet,
    max_num_frames_per_episode: options.maxEpisodeFrames ?? 108_000,
  };
}

async function drawStep(artist: Emulator, sides: readonly VideoSide[], step: number): Promise<void> {
  const moves = sides.map((side) => side.moves[step]);
  const wire = moves.map((move) => (move ? { action: move.action, probabilities: move.probabilities } : null));
  const { rewards, ended } = Stepped.parse((await artist.request({ do: 'step', moves: wire })).header);
  for (const [index, { title, ended: ends, moves: all }] of sides.entries()) {
    const move = moves[index];
    if (!move) continue;
    const same = rewards[index] === move.reward && ended[index] === (ends && step === all.length - 1);
    if (!same) throw new ArcadeError(`The replay of '${title}' is not what was recorded, from step ${step} on.`);
  }
}
