import { z } from 'zod';
import { Metadata } from './metadata.ts';
import { Reference, ResourceName } from './resource.ts';

/** How the one who plays chooses among the actions. */
export const Acting = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('sampled') }).describe('drawn from the policy'),
    z.strictObject({ kind: z.literal('greedy') }).describe('always the most likely'),
    z
      .strictObject({
        kind: z.literal('epsilon_greedy'),
        epsilon: z.number().min(0).max(1).default(0.05).describe('share of the steps that are drawn evenly'),
      })
      .describe('the most likely, or any'),
  ])
  .meta({ id: 'Acting' });
export type Acting = z.infer<typeof Acting>;

/** Who plays. Whoever it is, the teacher is the one that will be asked for labels. */
export const Player = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('teacher') }),
    z.strictObject({
      kind: z.literal('student'),
      model: z.string().min(1).max(100).describe('id of a model under the same observation contract'),
      teacher_share: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe('share of the steps in which the teacher acts instead (DAgger)'),
    }),
  ])
  .meta({ id: 'Player' });
export type Player = z.infer<typeof Player>;

export const RecordingSpec = z
  .strictObject({
    kind: z.literal('recording'),
    name: ResourceName.describe('of the rollouts that come of it'),
    teacher: Reference.describe('id or name of a teacher'),
    player: Player.default({ kind: 'teacher' }),
    acting: Acting.default({ kind: 'sampled' }),
    frames: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(100_000)
      .describe('at least; every episode that was begun is finished'),
    games: z.int().min(1).max(256).default(16).describe('games played side by side'),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    metadata: Metadata,
  })
  .meta({ id: 'RecordingSpec' });
export type RecordingSpec = z.infer<typeof RecordingSpec>;
