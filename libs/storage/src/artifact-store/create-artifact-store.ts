import { fileURLToPath } from 'node:url';
import { type ArtifactStore } from './artifact-store.ts';
import { createFileStore } from './file-store.ts';

/** @param url file:///absolute/directory */
export function createArtifactStore(url: string): ArtifactStore {
  const { protocol } = new URL(url);
  switch (protocol) {
    case 'file:':
      return createFileStore(fileURLToPath(url));
    default:
      throw new Error(`ARTIFACTS_URL begins with ${protocol}//; there is a store for file://`);
  }
}
