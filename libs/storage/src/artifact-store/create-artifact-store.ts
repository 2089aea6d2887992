import { type ArtifactStore } from './artifact-store.ts';
import { createFileStore } from './file-store.ts';
import { createS3Store } from './s3-store.ts';
import { parseStoreUrl } from './store-url.ts';

/** @param url see `parseStoreUrl`. Nothing is connected to before it is used */
export function createArtifactStore(url: string): ArtifactStore {
  const place = parseStoreUrl(url);
  switch (place.kind) {
    case 'file':
      return createFileStore(place.directory);
    case 's3':
      return createS3Store(place);
  }
}
