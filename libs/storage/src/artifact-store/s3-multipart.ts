import { type ListPartsCommandOutput } from '@aws-sdk/client-s3';
import { type Stored } from './stored.ts';
import { type MultipartStaging, type Part } from './pieces.ts';
import { isMissing, type S3 } from './s3-client.ts';

const PART_URL_LIFE_S = 3_600;

interface Context {
  s3: () => Promise<S3>;
  bucket: string;
  keyOf: (id: string) => string;
  fetchStaged: (id: string) => Promise<Stored>;
}

/** Uploads that S3 takes from the client, in parts, into the staging area of the bucket. */
export function multipartStaging({ s3, bucket, keyOf, fetchStaged }: Context): MultipartStaging {
  const at = (id: string, token?: string) => ({ Bucket: bucket, Key: keyOf(id), UploadId: token });
  return {
    kind: 'multipart',
    begin: async (id) => {
      const { sdk, client } = await s3();
      const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(at(id)));
      if (UploadId === undefined) throw new Error('the store began an upload without naming it');
      return UploadId;
    },
    partUrl: async (id, token, { number, bytes }) => {
      const { sdk, signer } = await s3();
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      // The length is signed: nothing longer is taken at this address.
      const command = new sdk.UploadPartCommand({ ...at(id, token), PartNumber: number, ContentLength: bytes });
      return getSignedUrl(signer, command, { expiresIn: PART_URL_LIFE_S });
    },
    parts: async (id, token) => orMissing(listParts(await s3(), at(id, token))),
    join: async (id, token, parts) => {
      const { sdk, client } = await s3();
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
      const command = { ...at(id, token), MultipartUpload: { Parts } };
      await orMissing(client.send(new sdk.CompleteMultipartUploadCommand(command)));
    },
    finish: fetchStaged,
    abort: async (id, token) => {
      const { sdk, client } = await s3();
      await orMissing(client.send(new sdk.AbortMultipartUploadCommand(at(id, token))));
    },
  };
}

async function listParts(
  { sdk, client }: S3,
  place: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<Part[]> {
  const parts: Part[] = [];
  // The SDK's own paginator goes by the marker, which some servers also give after the last page.
  let [marker, isMore]: [string | undefined, boolean] = [undefined, true];
  while (isMore) {
    const page: ListPartsCommandOutput = await client.send(
      new sdk.ListPartsCommand({ ...place, PartNumberMarker: marker }),
    );
    for (const { PartNumber, ETag, Size } of page.Parts ?? []) {
      parts.push({ number: PartNumber ?? 0, etag: ETag ?? '', bytes: Size ?? 0 });
    }
    [marker, isMore] = [page.NextPartNumberMarker, page.IsTruncated === true];
  }
  return parts;
}

/** An upload that is joined or given up is no longer there: the same call was made before, and its answer lost. */
async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
