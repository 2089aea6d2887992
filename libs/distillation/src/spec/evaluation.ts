import { z } from 'zod';
import { heldOutFields } from './held-out.ts';
import { jobFields } from './job-fields.ts';
import { Reference } from './resource.ts';

const MAX_SEED = 0xffff_ffff;

const VideoSpec = z
  .strictObject({
    seconds: z.number().min(1).max(600).default(60).describe("upper bound, in the emulator's own time"),
    seed: z.int().min(0).max(MAX_SEED).default(1).describe('of the game and of what both draw in it'),
  })
  .meta({ id: 'VideoSpec' });

/** A student against its teacher: both play the same seeds, and answer on the same held-out frames. */
export const EvaluationSpec = z
  .strictObject({
    kind: z.literal('evaluation'),
    teacher: Reference.describe('id or name of a teacher'),
    student: z.strictObject({ model: Reference.describe('id of a model, or name@version or name@alias') }),
    rollouts: Reference.optional().describe('for kl, action_error and jacobian_error on their held-out frames'),
    ...heldOutFields,
    episodes: z.int().min(1).max(10_000).default(30).describe('games that each of them plays, from the same seeds'),
    sticky_actions: z
      .enum(['off', 'on', 'both'])
      .default('both')
      .describe('whether the emulator repeats the last action with probability 0.25 (Machado et al. 2018)'),
    acting: z.enum(['sampled', 'greedy']).default('sampled').describe('from π, or its most likely action'),
    random_baseline: z.boolean().default(false).describe('whether uniformly random actions are played as well'),
    max_episode_frames: z
      .int()
      .min(1)
      .max(108_000)
      .default(108_000)
      .describe('emulator frames after which a game is cut off; 108,000 are half an hour'),
    video: z
      .union([z.literal(false), VideoSpec])
      .default(VideoSpec.parse({}))
      .describe('both side by side'),
    saliency_frames: z.int().min(0).max(64).default(8).describe('frames on which it is drawn where both look'),
    seed: z.int().min(0).max(MAX_SEED).default(1),
    ...jobFields,
  })
  .meta({ id: 'EvaluationSpec' });
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;
