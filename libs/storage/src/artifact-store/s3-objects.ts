import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { type DownloadLabel } from './artifact-store.ts';
import { copyObject } from './s3-copy.ts';
import { isMissing, type S3 } from './s3-client.ts';

export type S3Objects = ReturnType<typeof s3Objects>;

/** What is asked of a bucket. Whatever is not there is an error with the code ENOENT, as with files. */
export function s3Objects(open: () => Promise<S3>, bucket: string) {
  const at = (key: string) => ({ Bucket: bucket, Key: key });
  const head = async (key: string): Promise<HeadObjectCommandOutput> => {
    const { sdk, client } = await open();
    return orMissing(key, client.send(new sdk.HeadObjectCommand(at(key))));
  };
  const remove = async (key: string): Promise<void> => {
    const { sdk, client } = await open();
    await client.send(new sdk.DeleteObjectCommand(at(key)));
  };
  return {
    head,
    remove,
    has: (key: string) => head(key).then(() => true, falseWhenMissing),
    /** In milliseconds; undefined: there is no such object. */
    touchedAt: async (key: string): Promise<number | undefined> => {
      if (!(await head(key).then(() => true, falseWhenMissing))) return undefined;
      return (await head(key)).LastModified?.getTime() ?? Date.now();
    },
    read: async (key: string): Promise<Readable> => {
      const { sdk, client } = await open();
      const { Body } = await orMissing(key, client.send(new sdk.GetObjectCommand(at(key))));
      return Body as Readable;
    },
    writeBytes: async (key: string, body: Uint8Array): Promise<void> => {
      const { sdk, client } = await open();
      await client.send(new sdk.PutObjectCommand({ ...at(key), Body: body }));
    },
    /**
     * Sends a file; it is there when all of it is. Each part is held in memory while it is sent, so that it can be sent again when
     * the store was busy: the SDK does not repeat a request whose body is a stream.
     */
    write: async (key: string, path: string): Promise<void> => {
      const { client } = await open();
      const { size } = await stat(path);
      const { Upload } = await import('@aws-sdk/lib-storage');
      const params = { ...at(key), Body: createReadStream(path) };
      await new Upload({ client, params, partSize: partBytes(size) }).done();
    },
    copy: async (from: string, to: string): Promise<void> => {
      const { ContentLength = 0 } = await head(from);
      await copyObject(await open(), { bucket, from, to, bytes: ContentLength });
    },
    signedUrl: async (key: string, { filename, mediaType }: DownloadLabel, seconds: number): Promise<string> => {
      const { sdk, signer } = await open();
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      const command = new sdk.GetObjectCommand({
        ...at(key),
        ResponseContentType: mediaType,
        ResponseContentDisposition: `attachment; filename="${filename}"`,
      });
      return getSignedUrl(signer, command, { expiresIn: seconds });
    },
    removeOlderThan: async (prefix: string, moment: Date) => removeOlderThan(await open(), { bucket, prefix, moment }),
  };
}

/** At least 16 MiB, and so that 10,000 parts, which is S3's limit, are enough. */
function partBytes(bytes: number): number {
  const MIB = 1024 ** 2;
  return Math.max(16 * MIB, Math.ceil(bytes / 9_000 / MIB) * MIB);
}

async function orMissing<T>(key: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw Object.assign(new Error(`ENOENT: no object ${key}`, { cause: error }), { code: 'ENOENT' });
  });
}

function falseWhenMissing(error: unknown): boolean {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
  throw error;
}

/** Also what was sent in parts and never joined. */
async function removeOlderThan(
  { sdk, client }: S3,
  { bucket: Bucket, prefix: Prefix, moment }: { bucket: string; prefix: string; moment: Date },
): Promise<void> {
  for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    const old = (page.Contents ?? []).filter(({ LastModified }) => LastModified && LastModified < moment);
    for (const { Key } of old) await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
  }
  const pending = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix }));
  for (const { Key, UploadId, Initiated } of pending.Uploads ?? []) {
    if (!Initiated || Initiated >= moment) continue;
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
}
