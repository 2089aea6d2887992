import { z } from 'zod';

/** A resource by its id or its name. */
export const Reference = z.string().min(1).max(200);
