import { z } from 'zod';

/** A resource by its id or its name. */
export const Reference = z.string().min(1).max(200);

const MAX_METADATA = 64;

/** Whatever a client wants to find a job by. */
export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((metadata) => Object.keys(metadata).length <= MAX_METADATA, { error: `more than ${MAX_METADATA} entries` })
  .default({});
