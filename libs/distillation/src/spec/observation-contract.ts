import { createHash } from 'node:crypto';
import { GAMES } from '@distiller/arcade/games';
import { z } from 'zod';

const Game = z.string().refine((game) => GAMES.includes(game), {
  error: ({ input }) =>
    `unknown game '${String(input)}'; games are named as in ale-py, such as breakout or space_invaders`,
});

/** Everything that decides the pixels a policy sees. Two policies can be compared only under the same contract. */
export const ObservationContract = z
  .strictObject({
    game: Game,
    frame_skip: z.int().min(1).max(60).default(4).describe('emulator frames for which one action is held'),
    max_pool_last: z.int().min(1).max(2).default(2).describe('how many of the last emulator frames are max-pooled'),
    grey: z.enum(['ale']).default('ale').describe('how colours become grey'),
    resize: z.enum(['area']).default('area'),
    height: z.int().min(1).max(210).default(84),
    width: z.int().min(1).max(160).default(84),
    stack: z.int().min(1).max(16).default(4).describe('frames in one observation'),
    stack_order: z.enum(['oldest_first']).default('oldest_first'),
    stack_padding: z.enum(['zero']).default('zero').describe('what stands before the first frame of an episode'),
    sticky_action_probability: z.number().min(0).max(1).default(0),
    noop_max: z.int().min(0).max(1000).default(30).describe('upper bound of the random number of no-ops at reset'),
    fire_reset: z.boolean().default(true).describe('whether FIRE is pressed at reset in games that wait for it'),
    action_set: z.enum(['minimal', 'full']).default('minimal'),
    scale: z.enum(['1/255']).default('1/255').describe('factor from uint8 to the pixels the network sees'),
  })
  .meta({ id: 'ObservationContract' });
export type ObservationContract = z.infer<typeof ObservationContract>;

/** sha256 of the contract's canonical JSON (keys sorted): teacher, rollouts, job and exported student carry the same one. */
export function contractHash(contract: ObservationContract): string {
  const sorted = Object.entries(contract).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** Fields on which two contracts disagree, as `field: a ≠ b`. */
export function contractDifferences(a: ObservationContract, b: ObservationContract): string[] {
  const fields = Object.keys(ObservationContract.shape) as (keyof ObservationContract)[];
  return fields.filter((field) => a[field] !== b[field]).map((field) => `${field}: ${a[field]} ≠ ${b[field]}`);
}
