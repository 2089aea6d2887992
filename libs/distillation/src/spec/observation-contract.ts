import { createHash } from 'node:crypto';
import { GAMES } from '@distiller/arcade/games';
import { z } from 'zod';

const Game = z.string().refine((game) => GAMES.includes(game), {
  error: ({ input }) =>
    `unknown game '${String(input)}'; games are named as in ale-py, such as breakout or space_invaders`,
});

const side = (most: number) => z.int().min(0).max(most).default(0);
/** Emulator pixels cut off before anything else. */
const Crop = z.strictObject({ top: side(209), bottom: side(209), left: side(159), right: side(159) });
const UNCROPPED = { top: 0, bottom: 0, left: 0, right: 0 };

/**
 * Everything that decides the pixels a policy sees. Two policies can be compared only under the same contract.
 * libs/arcade/README.md says which of the published training set-ups has which values.
 */
export const ObservationContract = z
  .strictObject({
    game: Game,
    frame_skip: z.int().min(1).max(60).default(4).describe('emulator frames for which one action is held'),
    max_pool_last: z.int().min(1).max(2).default(2).describe('how many of the last emulator frames are max-pooled'),
    max_pool_of: z
      .enum(['grey', 'rgb'])
      .default('grey')
      .describe('whether the maximum is taken of grey frames or, before they become grey, of each colour'),
    grey: z
      .enum(['ale', 'bt601', 'bt709'])
      .default('ale')
      .describe(
        'how colours become grey: by the emulator’s palette, by OpenCV’s RGB2GRAY, or by the weights of BT.709',
      ),
    crop: Crop.default(UNCROPPED).describe('emulator pixels cut off at each side before the frame is resized'),
    resize: z.enum(['area', 'linear']).default('area').describe('OpenCV’s INTER_AREA or INTER_LINEAR'),
    height: z.int().min(1).max(210).default(84),
    width: z.int().min(1).max(160).default(84),
    stack: z.int().min(1).max(16).default(4).describe('frames in one observation'),
    stack_order: z
      .enum(['oldest_first', 'newest_first'])
      .default('oldest_first')
      .describe('order of the frames in the channels of the network’s input'),
    stack_padding: z
      .enum(['zero', 'repeat'])
      .default('zero')
      .describe('what stands before the first frame of an episode: blank frames, or that frame again'),
    sticky_action_probability: z.number().min(0).max(1).default(0),
    noop_max: z.int().min(0).max(1000).default(30).describe('upper bound of the random number of no-ops at reset'),
    fire_reset: z.boolean().default(true).describe('whether FIRE is pressed at reset in games that wait for it'),
    life_loss: z
      .enum(['continue', 'fire'])
      .default('continue')
      .describe('whether FIRE is pressed, for one more step, where a life was lost'),
    action_set: z.enum(['minimal', 'full']).default('minimal'),
    scale: z
      .enum(['1/255', '1'])
      .default('1/255')
      .describe('factor from uint8 to what the layers see: pixels in [0, 1], or the bytes themselves'),
  })
  .meta({ id: 'ObservationContract' });
export type ObservationContract = z.infer<typeof ObservationContract>;

/** Fields that came after the first contracts were hashed: part of the hash only where they are not as they were then. */
const LATER: Partial<ObservationContract> = { max_pool_of: 'grey', crop: UNCROPPED, life_loss: 'continue' };

/** sha256 of the contract's canonical JSON (keys sorted): teacher, rollouts, job and exported student carry the same one. */
export function contractHash(contract: ObservationContract): string {
  const fields = entries(contract).filter(([name, value]) => !(name in LATER) || !same(value, LATER[name]));
  const sorted = fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, canonical(value)]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** Fields on which two contracts disagree, as `field: a ≠ b`. */
export function contractDifferences(a: ObservationContract, b: ObservationContract): string[] {
  const fields = Object.keys(ObservationContract.shape) as (keyof ObservationContract)[];
  return fields
    .filter((field) => !same(a[field], b[field]))
    .map((field) => `${field}: ${written(a[field])} ≠ ${written(b[field])}`);
}

type Value = ObservationContract[keyof ObservationContract];

const entries = (contract: ObservationContract) => Object.entries(contract) as [keyof ObservationContract, Value][];

const canonical = (value: Value) => (typeof value === 'object' ? Object.entries(value).sort() : value);

const same = (a: Value | undefined, b: Value | undefined) =>
  a !== undefined && b !== undefined && JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

const written = (value: Value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
