import { type Part, type PartialUploadRow } from '@distiller/storage';
import { z } from 'zod';
import { partBytes } from './partial.ts';
import { Sha256 } from './schema.ts';

export const NewPartialUpload = z
  .strictObject({ bytes: z.int().min(1), sha256: Sha256.optional().describe('checked against the bytes at the end') })
  .meta({ id: 'NewPartialUpload' });

const UploadPart = z.object({ number: z.int(), etag: z.string(), bytes: z.int() }).meta({ id: 'UploadPart' });

export const PartialUpload = z
  .object({
    id: z.string().describe('of the upload that it becomes'),
    bytes: z.int().describe('of the whole'),
    sha256: Sha256.nullable(),
    received_bytes: z.int(),
    way: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('tus'), url: z.string().describe('where pieces are sent by tus 1.0.0') }),
        z.object({
          kind: z.literal('multipart'),
          part_bytes: z.int().describe('of each part but the last'),
          part_count: z.int(),
          parts: z.array(UploadPart).describe('that have arrived'),
        }),
      ])
      .describe('how the bytes are sent; it depends on the artifact store'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().describe('what is not whole by then is removed'),
  })
  .meta({ id: 'PartialUpload' });

/** @param received how many bytes have come, or the parts that have */
export function toPartialUpload(row: PartialUploadRow, received: number | Part[]): z.infer<typeof PartialUpload> {
  const { id, bytes, sha256, createdAt, expiresAt } = row;
  const size = partBytes(bytes);
  return {
    id,
    bytes,
    sha256,
    received_bytes: Array.isArray(received) ? received.reduce((sum, part) => sum + part.bytes, 0) : received,
    way: Array.isArray(received)
      ? { kind: 'multipart', part_bytes: size, part_count: Math.ceil(bytes / size), parts: received }
      : { kind: 'tus', url: `/v1/uploads/tus/${id}` },
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}

export const WantedParts = z.strictObject({ numbers: z.array(z.int().min(1)).min(1).max(100) });

export const PartUrls = z.object({
  parts: z.array(z.object({ number: z.int(), bytes: z.int(), url: z.string() })),
});

export const Completion = z.strictObject({
  parts: z
    .array(z.strictObject({ number: z.int().min(1), etag: z.string().max(200) }))
    .max(10_000)
    .optional()
    .describe('with the ETags that the store has answered, to be compared with what it has'),
});
