// The thread of gather-ahead.ts. Plain JavaScript: it starts in 20 ms without a TypeScript loader, which Node 20 does not
// pass on to its threads.
import { parentPort, workerData } from 'node:worker_threads';
import { stackPixels } from './pixels.mjs';
import { adoptStacks } from './stack-kernel.mjs';

const { images, shape, slots } = workerData;
for (const memory of slots) adoptStacks(memory);

parentPort.on('message', ({ slot, sources }) => {
  stackPixels(images, shape, sources, new Float32Array(slots[slot].buffer, 0, sources.length * shape.size));
  parentPort.postMessage(slot);
});
