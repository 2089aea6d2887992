// The thread of frame-blocks.ts: reads packed chunks, unpacks them and copies frames into memory that others gather from.
// Plain JavaScript, as gather-thread.mjs.
import { openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import Zstd from 'numcodecs/zstd';

const { path, images } = workerData;
const codec = Zstd.fromConfig({ id: 'zstd' });
// The thread ends with its owner, and the file is closed with it.
const file = openSync(path, 'r');

parentPort.on('message', async ({ slot, parts }) => {
  for (const { chunk, from, to, into } of parts) images.set((await read(chunk)).subarray(from, to), into);
  parentPort.postMessage(slot);
});

async function read({ name, start, size, crc32: expected, bytes }) {
  const packed = Buffer.allocUnsafeSlow(size);
  if (readSync(file, packed, 0, size, start) !== size) throw new Error(`${name}: cut short`);
  if (crc32(packed) !== expected) throw new Error(`${name}: corrupt, its checksum differs`);
  const unpacked = await codec.decode(packed).catch((error) => {
    throw new Error(`${name}: ${error?.message ?? error}`);
  });
  if (unpacked.length !== bytes) throw new Error(`${name}: unpacks to ${unpacked.length} bytes, not ${bytes}`);
  return unpacked;
}
