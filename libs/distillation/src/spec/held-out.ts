import { z } from 'zod';

/** Which frames of the rollouts are held out, and how many of them are compared. */
export const heldOutFields = {
  held_out_fraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe('the last whole episodes that make up at least this share'),
  evaluation_frames: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(2000)
    .describe('held-out frames for kl and action_error, evenly spread'),
  jacobian_frames: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe('held-out frames for jacobian_error, evenly spread'),
};
