import { readFileSync } from 'node:fs';

const PAGE = 65_536;
/** Behind what is allocated: room for the four frames of one observation. */
const SCRATCH = 4 * PAGE;

const kernel = new WebAssembly.Module(readFileSync(new URL('./stack-kernel.wasm', import.meta.url)));

/** The kernel, on each memory that this thread may stack into without a copy. */
const kernels = new WeakMap();

/** Stacks elsewhere and copies, one observation at a time. */
let spare;

/** See stack-kernel.d.mts. */
export function allocateStacks(bytes) {
  const pages = Math.ceil((bytes + SCRATCH) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  adoptStacks(memory);
  return memory;
}

export function adoptStacks(memory) {
  const { exports } = new WebAssembly.Instance(kernel, { env: { memory } });
  const at = memory.buffer.byteLength - SCRATCH;
  kernels.set(memory.buffer, { ...exports, memory, at, scratch: new Uint8Array(memory.buffer, at) });
}

export const kernelFits = ({ size, stack }) => stack === 4 && size % 16 === 0 && 4 * size <= SCRATCH;

export function stackFour(images, size, sources, into) {
  const itemBytes = 4 * size * into.BYTES_PER_ELEMENT;
  const own = kernels.get(into.buffer);
  const used = own ?? spareFor(itemBytes);
  const run = into instanceof Float32Array ? used.pixels : used.bytes;
  const made = own ? undefined : new into.constructor(used.memory.buffer, 0, 4 * size);
  for (let b = 0; b * 4 < sources.length; b++) {
    for (let k = 0; k < 4; k++) {
      const from = sources[4 * b + k] * size;
      used.scratch.set(images.subarray(from, from + size), k * size);
    }
    run(used.at, size, own ? into.byteOffset + b * itemBytes : 0);
    if (made) into.set(made, b * 4 * size);
  }
}

function spareFor(bytes) {
  if (!spare || spare.at < bytes) spare = kernels.get(allocateStacks(bytes).buffer);
  return spare;
}
