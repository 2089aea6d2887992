import { z } from 'zod';

/** What a worker must have to be given the job: it waits until one has. */
export const Requires = z
  .strictObject({ gpu: z.boolean().default(false).describe('whether it waits for a worker that computes on a GPU') })
  .meta({ id: 'Requires' })
  .prefault({});
