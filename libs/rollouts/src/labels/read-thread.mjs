// The thread of read-ahead.ts: reads packed projections, unpacks them and writes them out as floats. Plain JavaScript, as
// gather-thread.mjs.
import { openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Zstd from 'numcodecs/zstd';
import { HALVES } from './half.mjs';

const { path, precision, size, slots } = workerData;
const codec = Zstd.fromConfig({ id: 'zstd' });
const itemBytes = size * (precision === 'int8' ? 1 : 2);
// The thread ends with its owner, and the file is closed with it.
const file = openSync(path, 'r');

parentPort.on('message', async ({ slot, offsets, sizes, scales }) => {
  const { pixels, norms } = slots[slot];
  for (let b = 0; b < offsets.length; b++) {
    const stored = await read(offsets[b], sizes[b]);
    const into = pixels.subarray(b * size, (b + 1) * size);
    norms[b] = precision === 'int8' ? fromBytes(stored, scales[b], into) : fromHalves(stored, scales[b], into);
  }
  parentPort.postMessage(slot);
});

async function read(offset, packedBytes) {
  const packed = Buffer.allocUnsafeSlow(packedBytes);
  if (readSync(file, packed, 0, packedBytes, offset) !== packedBytes) throw new Error(`${path}: cut short`);
  const bytes = await codec.decode(packed);
  if (bytes.length !== itemBytes) throw new Error(`${path}: corrupt at byte ${offset}`);
  return bytes;
}

/** Writes stored number · scale, and returns the sum of squares. */
function fromBytes(bytes, scale, into) {
  const numbers = new Int8Array(bytes.buffer, bytes.byteOffset, size);
  let squares = 0;
  for (let i = 0; i < size; i++) {
    const number = numbers[i];
    into[i] = number * scale;
    squares += number * number;
  }
  return squares * scale * scale;
}

function fromHalves(bytes, scale, into) {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, size);
  let squares = 0;
  for (let i = 0; i < size; i++) {
    const number = HALVES[halves[i]];
    into[i] = number * scale;
    squares += number * number;
  }
  return squares * scale * scale;
}
