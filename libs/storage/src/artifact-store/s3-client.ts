import type * as Sdk from '@aws-sdk/client-s3';
import { type S3Place } from './store-url.ts';

/** The SDK is loaded when S3 is first used: who keeps artifacts in a directory spares its memory. */
export interface S3 {
  sdk: typeof Sdk;
  client: Sdk.S3Client;
  /** Signs addresses as clients reach them. */
  signer: Sdk.S3Client;
}

export function openS3({ region, endpoint, publicEndpoint }: S3Place): () => Promise<S3> {
  let opened: Promise<S3> | undefined;
  const open = async (): Promise<S3> => {
    const sdk = await import('@aws-sdk/client-s3');
    const create = (address: string | undefined) =>
      new sdk.S3Client({
        region,
        ...(address !== undefined && { endpoint: address, forcePathStyle: true }),
        // Newer checksums are Amazon's own: others refuse them, or sign them otherwise.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        maxAttempts: 5,
      });
    const client = create(endpoint);
    return { sdk, client, signer: publicEndpoint === undefined ? client : create(publicEndpoint) };
  };
  return () => (opened ??= open());
}

/** True where an object, a bucket or an upload is not there. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return ['NotFound', 'NoSuchKey', 'NoSuchUpload'].includes(error.name) || $metadata?.httpStatusCode === 404;
}
