import { z } from 'zod';

const Estimate = z
  .object({
    value: z.number(),
    low: z.number().nullable().describe('2.5th percentile of the bootstrap; null where it is not finite'),
    high: z.number().nullable().describe('97.5th percentile'),
  })
  .meta({ id: 'Estimate' });
export type Estimate = z.infer<typeof Estimate>;

const PlayerReport = z
  .object({
    mean: Estimate,
    median: Estimate,
    iqm: Estimate.describe('mean of the middle half (Agarwal et al. 2021)'),
    returns: z.array(z.number()).describe('one an episode, in the order of the seeds'),
    steps: z.array(z.int()).describe('actions an episode'),
    truncated: z.int().describe('episodes that the time limit cut off'),
  })
  .meta({ id: 'PlayerReport' });
export type PlayerReport = z.infer<typeof PlayerReport>;

const PlayReport = z
  .object({
    sticky_action_probability: z.number(),
    seeds: z.array(z.int()),
    teacher: PlayerReport,
    student: PlayerReport,
    random: PlayerReport.nullable(),
    return_ratio: Estimate.nullable().describe("student's mean return over the teacher's; null where that is 0"),
    return_ratio_over_random: Estimate.nullable().describe('(student − random) / (teacher − random), of mean returns'),
  })
  .meta({ id: 'PlayReport' });
export type PlayReport = z.infer<typeof PlayReport>;

const HeldOutReport = z
  .object({
    frames: z.int(),
    kl: z.number(),
    action_error: z.number(),
    confusion: z
      .array(z.array(z.int()))
      .describe("frames by teacher's (row) and student's (column) most likely action"),
    jacobian_frames: z.int(),
    jacobian_error: z.number(),
  })
  .meta({ id: 'HeldOutReport' });
export type HeldOutReport = z.infer<typeof HeldOutReport>;

const SaliencyReport = z
  .object({
    source: z.enum(['rollouts', 'play']).describe("held-out frames, or frames of the teacher's own play"),
    frames: z.array(
      z.object({
        frame: z.int().describe('index in its source'),
        teacher: z.array(z.number()).describe('probability of each action'),
        student: z.array(z.number()),
      }),
    ),
  })
  .meta({ id: 'SaliencyReport' });
export type SaliencyReport = z.infer<typeof SaliencyReport>;

const VideoReport = z
  .object({
    seed: z.int(),
    sticky_action_probability: z.number(),
    seconds: z.number(),
    frames: z.int(),
    width: z.int(),
    height: z.int(),
    teacher_return: z.number().describe('of what is shown'),
    student_return: z.number(),
  })
  .meta({ id: 'VideoReport' });
export type VideoReport = z.infer<typeof VideoReport>;

/** What an evaluation found. */
export const EvaluationReport = z
  .object({
    kind: z.literal('evaluation'),
    game: z.string(),
    actions: z.array(z.string()),
    episodes: z.int(),
    acting: z.enum(['sampled', 'greedy']),
    max_episode_frames: z.int(),
    play: z.array(PlayReport).describe('one a stickiness'),
    held_out: HeldOutReport.nullable(),
    video: VideoReport.nullable(),
    saliency: SaliencyReport.nullable(),
  })
  .meta({ id: 'EvaluationReport' });
export type EvaluationReport = z.infer<typeof EvaluationReport>;
