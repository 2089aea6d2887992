import { z } from 'zod';

const MAX_ENTRIES = 64;

/** What a client writes on a job for itself. */
export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= MAX_ENTRIES, { error: `more than ${MAX_ENTRIES} entries` })
  .default({});
