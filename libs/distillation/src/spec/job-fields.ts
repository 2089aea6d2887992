import { z } from 'zod';
import { Requires } from './requires.ts';

const MAX_ENTRIES = 64;

const fits = (map: Record<string, string>) => Object.keys(map).length <= MAX_ENTRIES;
const error = `more than ${MAX_ENTRIES} entries`;

/** What a client writes on a job for itself. */
const Metadata = z.record(z.string().min(1).max(64), z.string().max(512)).refine(fits, { error }).default({});

/** Short words to find a job by. */
const Tags = z
  .record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, 'letters, digits, dots, dashes, slashes, underscores'),
    z.string().max(63),
  )
  .refine(fits, { error })
  .default({});

/** How far priorities go, up and down. */
const MAX_PRIORITY = 1000;

/** What every kind of job has besides its own fields. */
export const jobFields = {
  requires: Requires,
  priority: z
    .int()
    .min(-MAX_PRIORITY)
    .max(MAX_PRIORITY)
    .default(0)
    .describe('jobs with a higher one are taken up first; among equals, who has waited longest'),
  deadline_seconds: z
    .int()
    .min(1)
    .max(31_536_000)
    .optional()
    .describe('after its submission; a job that has not ended by then is cancelled, waiting or running'),
  deadline_at: z.iso.datetime({ offset: true }).optional().describe('the same as a moment; give one of the two'),
  tags: Tags.describe('short words to find jobs by: `?tag=key:value`'),
  metadata: Metadata,
};
