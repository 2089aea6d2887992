import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { StoreUnwritableError } from '../errors.ts';
import { createArtifactStore } from './create-artifact-store.ts';
import { writing } from './writing.ts';

test('a full disk is told as a store that cannot be written, with the words of the file system', async () => {
  const filling = writing(() => writeFile('/dev/full', 'x'));
  await expect(filling).rejects.toBeInstanceOf(StoreUnwritableError);
  await expect(filling).rejects.toThrow('the artifact store cannot be written: ENOSPC: no space left on device');
});

test('any other failure is told as it is', async () => {
  await expect(writing(() => Promise.reject(new RangeError('of ours')))).rejects.toThrow(RangeError);
  await expect(writing(() => writeFile('/nonexistent/file', 'x'))).rejects.toThrow(/^ENOENT/);
});

test('a directory store that takes nothing says so of whole files, of pieces and when it is asked whether it is ready', async () => {
  // The kernel's own tree, which nobody may write to.
  const store = createArtifactStore('file:///sys/artifacts');
  await expect(store.put(Buffer.from('x'))).rejects.toBeInstanceOf(StoreUnwritableError);
  await expect(store.checkReady()).rejects.toBeInstanceOf(StoreUnwritableError);
  if (store.pieces.kind !== 'appended') throw new Error('a directory appends');
  const append = store.pieces.append('upload_1', Readable.from(['x']), { offset: 0, maxBytes: 1 });
  await expect(append).rejects.toBeInstanceOf(StoreUnwritableError);
});
