import { type Stored } from './artifact-store/stored.ts';
import { type Transaction } from './database.ts';
import { recordArtifact } from './uploads.ts';

/** A file that can be downloaded: what the client asks for, what it is called then, and what it is. */
export interface NewJobFile extends Stored {
  name: string;
  filename: string;
  mediaType: string;
}

export async function insertJobFiles(transaction: Transaction, jobId: string, files: NewJobFile[]): Promise<void> {
  for (const file of files) await recordArtifact(transaction, file);
  const data = files.map(({ name, sha256, filename, mediaType }) => ({ jobId, name, sha256, filename, mediaType }));
  await transaction.jobFile.createMany({ data });
}

/** A row of one of the tables of files, with its artifact. */
export function toFile({
  name,
  filename,
  mediaType,
  sha256,
  artifact,
}: Omit<NewJobFile, 'bytes'> & { artifact: { bytes: bigint } }): NewJobFile {
  return { name, filename, mediaType, sha256, bytes: Number(artifact.bytes) };
}
