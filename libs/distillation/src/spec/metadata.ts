import { z } from 'zod';

const MAX_METADATA = 64;

/** Words of the user's own about a job. */
export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= MAX_METADATA, { error: `more than ${MAX_METADATA} entries` })
  .default({});
