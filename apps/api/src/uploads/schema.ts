import { type UploadRow } from '@distiller/storage';
import { z } from 'zod';

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'sha256 in lower-case hexadecimal');

export const Upload = z
  .object({ id: z.string(), sha256: Sha256, bytes: z.int(), created_at: z.iso.datetime() })
  .meta({ id: 'Upload' });

export function toUpload({ id, sha256, bytes, createdAt }: UploadRow): z.infer<typeof Upload> {
  return { id, sha256, bytes, created_at: createdAt.toISOString() };
}
