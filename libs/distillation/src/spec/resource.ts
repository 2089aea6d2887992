import { z } from 'zod';

/** What people call a teacher or rollouts; unique among its kind. */
export const ResourceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots, dashes and underscores; 64 at most');

/** A resource by its id or its name. */
export const Reference = z.string().min(1).max(200);

/** Bytes that were uploaded beforehand and become part of the resource. */
export const UploadReference = z.strictObject({
  upload: z.string().min(1).max(100).describe('id of a finished upload'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe('checked against the uploaded bytes'),
});
