/** What is played and seen. Whatever is left out is as ale-py's vector environment has it, which plays it fastest. */
export interface ArcadeOptions {
  /** One of GAMES. */
  game: string;
  /** Games played side by side; game i of n starts from seed + i. */
  numEnvs: number;
  seed: number;
  /** Emulator frames for which an action is held. */
  frameSkip: number;
  /** 1, or 2 for the maximum of the last two emulator frames. */
  maxPoolLast: number;
  /** Whether that maximum is taken of grey frames or, before they become grey, of each colour. */
  maxPoolOf?: 'grey' | 'rgb';
  /** By the emulator's palette, by OpenCV's RGB2GRAY, or by the weights of BT.709. */
  grey?: 'ale' | 'bt601' | 'bt709';
  /** Emulator pixels cut off before the frame is resized. */
  crop?: { top: number; bottom: number; left: number; right: number };
  /** OpenCV's INTER_AREA or INTER_LINEAR. */
  resize?: 'area' | 'linear';
  /** Frames in an observation. */
  stack: number;
  /** What stands before an episode's first frame: blank frames, or that frame again. */
  stackPadding?: 'zero' | 'repeat';
  height: number;
  width: number;
  /** Upper bound of the random number of no-ops at an episode's start. */
  noopMax: number;
  /** Whether FIRE is pressed at an episode's start in games that wait for it. */
  fireReset: boolean;
  /** Whether FIRE is pressed, for one more step, where a life was lost. */
  lifeLoss?: 'continue' | 'fire';
  stickyActionProbability: number;
  actionSet: 'minimal' | 'full';
  /** Emulator frames after which an episode is truncated; 108,000 (half an hour of play) unless told. */
  maxEpisodeFrames?: number;
}

/** The request that opens the games; its names are those of observation contracts on the wire. */
export function openRequest(options: ArcadeOptions): object {
  const contract = {
    game: options.game,
    frame_skip: options.frameSkip,
    max_pool_last: options.maxPoolLast,
    max_pool_of: options.maxPoolOf ?? 'grey',
    grey: options.grey ?? 'ale',
    crop: options.crop ?? null,
    resize: options.resize ?? 'area',
    height: options.height,
    width: options.width,
    noop_max: options.noopMax,
    fire_reset: options.fireReset,
    life_loss: options.lifeLoss ?? 'continue',
    sticky_action_probability: options.stickyActionProbability,
    action_set: options.actionSet,
  };
  return {
    do: 'open',
    contract,
    num_envs: options.numEnvs,
    max_episode_frames: options.maxEpisodeFrames ?? 108_000,
  };
}
