import { z } from 'zod';
import { jobFields } from './job-fields.ts';
import { Reference, ResourceName } from './resource.ts';

/** How the one who plays chooses among the actions. */
export const Acting = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('sampled') }).describe('drawn from the policy'),
    z.strictObject({ kind: z.literal('greedy') }).describe('always the most likely'),
    z
      .strictObject({
        kind: z.literal('epsilon-greedy'),
        epsilon: z.number().min(0).max(1).default(0.05).describe('share of the steps that are drawn evenly'),
      })
      .describe('the most likely, or any'),
    z
      .strictObject({
        kind: z.literal('mixture'),
        model: Reference.describe('id or name@alias of the student, a model under the same observation contract'),
        teacher_share: z.number().min(0).max(1).default(0).describe('probability with which the teacher acts instead'),
        per: z.enum(['step', 'episode']).default('step').describe('how often it is decided who acts'),
      })
      .describe('a student plays, and the teacher says what it would have done (DAgger, Ross et al. 2011)'),
  ])
  .meta({ id: 'Acting' });
export type Acting = z.infer<typeof Acting>;

export const RecordingSpec = z
  .strictObject({
    kind: z.literal('recording'),
    name: ResourceName.describe('of the rollouts that come of it'),
    teacher: Reference.describe('id or name of a teacher'),
    acting: Acting.default({ kind: 'sampled' }),
    frames: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(100_000)
      .describe('at least; every episode that was begun is finished'),
    games: z.int().min(1).max(256).default(16).describe('games played side by side'),
    max_episode_frames: z
      .int()
      .min(1)
      .max(108_000)
      .default(108_000)
      .describe('emulator frames after which an episode is cut off; 108,000 are half an hour'),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    ...jobFields,
  })
  .meta({ id: 'RecordingSpec' });
export type RecordingSpec = z.infer<typeof RecordingSpec>;
