import { z } from 'zod';
import { unknownKind } from './unknown-kind.ts';

/** Where the frames come from that a student is trained on. */
export const TrainingData = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('recorded') }).describe('the rollouts, and nothing else'),
      z
        .strictObject({
          kind: z.literal('closed_loop'),
          rounds: z.int().min(1).max(1000).default(5).describe('rounds of play by the student'),
          frames_per_round: z.int().min(100).max(10_000_000).default(28_000),
          mix: z
            .number()
            .min(0)
            .max(1)
            .default(0.5)
            .describe('share of the steps in which the teacher acts in the first round; its n-th power in the n-th'),
          evaluation_episodes: z
            .int()
            .min(1)
            .max(1000)
            .default(10)
            .describe('played by student and teacher after each round for return_ratio'),
          max_episode_frames: z
            .int()
            .min(100)
            .max(108_000)
            .default(18_000)
            .describe('emulator frames after which an episode is cut: a student that is stuck fills no round alone'),
        })
        .describe(
          "rounds in which the student plays and the teacher says what it would have done (DAgger, Ross et al. 2011); the first set is the rollouts, or a round's worth of the teacher's own play",
        ),
    ],
    { error: unknownKind('kind of data', ['recorded', 'closed_loop']) },
  )
  .meta({ id: 'TrainingData' });
export type TrainingData = z.infer<typeof TrainingData>;
