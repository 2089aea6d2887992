import { type S3 } from './s3-client.ts';

/** What S3 copies in one request. */
const COPIED_AT_ONCE = 5 * 1024 ** 3;
const PART_BYTES = 1024 ** 3;

interface Copy {
  bucket: string;
  from: string;
  to: string;
  bytes: number;
}

/** Copies an object within its bucket, in parts where it is too large for one request. */
export async function copyObject({ sdk, client }: S3, { bucket, from, to, bytes }: Copy): Promise<void> {
  const target = { Bucket: bucket, Key: to };
  const source = { CopySource: encodeURI(`${bucket}/${from}`) };
  if (bytes <= COPIED_AT_ONCE) {
    await client.send(new sdk.CopyObjectCommand({ ...target, ...source }));
    return;
  }
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let start = 0; start < bytes; start += PART_BYTES) {
    const PartNumber = Parts.length + 1;
    const CopySourceRange = `bytes=${start}-${Math.min(start + PART_BYTES, bytes) - 1}`;
    const part = { ...target, ...source, UploadId, PartNumber, CopySourceRange };
    const { CopyPartResult } = await client.send(new sdk.UploadPartCopyCommand(part));
    Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
  }
  await client.send(new sdk.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
}
