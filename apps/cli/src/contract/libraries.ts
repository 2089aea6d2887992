import { type ObservationContract } from '@distiller/client';

export type LibraryName = 'sb3' | 'cleanrl' | 'dopamine' | 'gymnasium';

/** What all four have in common. */
const COMMON = {
  frame_skip: 4,
  max_pool_last: 2,
  crop: { top: 0, bottom: 0, left: 0, right: 0 },
  resize: 'area',
  height: 84,
  width: 84,
  stack: 4,
  stack_order: 'oldest_first',
  action_set: 'minimal',
} as const satisfies Partial<ObservationContract>;

/** AtariWrapper on *NoFrameskip-v4, which sees colours first and grey afterwards, and VecFrameStack. */
const SB3 = {
  ...COMMON,
  max_pool_of: 'rgb',
  grey: 'bt601',
  stack_padding: 'zero',
  sticky_action_probability: 0,
  noop_max: 30,
  fire_reset: true,
  life_loss: 'fire',
  scale: '1/255',
} as const satisfies Partial<ObservationContract>;

/**
 * The observation contract under which each library's own Atari wrappers train, at their defaults: the table
 * "What an observation contract can say" of libs/arcade/README.md. Whoever changed a wrapper's argument says so in a file.
 */
export const LIBRARIES: Record<LibraryName, Omit<ObservationContract, 'game'>> = {
  sb3: SB3,
  /** The wrappers of Stable-Baselines3 under gym's FrameStack. */
  cleanrl: { ...SB3, stack_padding: 'repeat' },
  dopamine: {
    ...COMMON,
    max_pool_of: 'grey',
    grey: 'ale',
    stack_padding: 'zero',
    sticky_action_probability: 0.25,
    noop_max: 0,
    fire_reset: false,
    life_loss: 'continue',
    scale: '1/255',
  },
  /** AtariPreprocessing and FrameStackObservation on ALE/*-v5, whose actions are sticky. */
  gymnasium: {
    ...COMMON,
    max_pool_of: 'grey',
    grey: 'ale',
    stack_padding: 'repeat',
    sticky_action_probability: 0.25,
    noop_max: 30,
    fire_reset: false,
    life_loss: 'continue',
    scale: '1/255',
  },
};
