import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type ImageSet } from './image-set.ts';
import { readRecords, recordSet, slice } from './records.ts';

const FILE = fileURLToPath(new URL('../../data/digits.bin.gz', import.meta.url));

/** 10,000 handwritten digits of 14×14 grey pixels: 7,000 to train on, 1,000 to tune on, 2,000 to test on. */
export async function digits(): Promise<ImageSet> {
  const all = readRecords(gunzipSync(await readFile(FILE)), [14, 14, 1]);
  const parts = {
    training: slice(all, 0, 7000),
    validation: slice(all, 7000, 8000),
    test: slice(all, 8000, 10_000),
  };
  return recordSet(parts, { classes: 10, shift: 0, mirror: false });
}
