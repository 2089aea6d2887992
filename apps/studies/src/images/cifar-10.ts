import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageSet } from './image-set.ts';
import { joined, readRecords, type Records, recordSet, slice } from './records.ts';

/** Share of the training images that is kept for tuning: the last 5,000 of 50,000. */
const VALIDATION = 0.1;

/**
 * CIFAR-10's binary version (the folder `cifar-10-batches-bin`: data_batch_1.bin to data_batch_5.bin and test_batch.bin),
 * augmented as usual: moved by up to 4 pixels and mirrored.
 */
export async function cifar10(folder: string): Promise<ImageSet> {
  const read = async (name: string): Promise<Records> => readRecords(await readFile(join(folder, name)), [32, 32, 3]);
  const batches = await Promise.all([1, 2, 3, 4, 5].map((number) => read(`data_batch_${number}.bin`)));
  const all = joined(batches);
  const count = all.labels.length;
  const kept = Math.round(count * (1 - VALIDATION));
  const parts = {
    training: slice(all, 0, kept),
    validation: slice(all, kept, count),
    test: await read('test_batch.bin'),
  };
  return recordSet(parts, { classes: 10, shift: 4, mirror: true });
}
