import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileKernel } from '../build-kernel.mjs';
import { stackFour } from './stack-kernel.mjs';

test('the kernel in the repository is its source, compiled', async () => {
  const committed = readFileSync(new URL('./stack-kernel.wasm', import.meta.url));
  expect(Buffer.compare(committed, await compileKernel())).toBe(0);
});

test('each of the 256 bytes becomes the float32 that its division by 255 gives', () => {
  const images = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const pixels = new Float32Array(4 * 64);
  stackFour(images, 64, Int32Array.of(0, 1, 2, 3), pixels);
  const expected = Float32Array.from({ length: 256 }, (_, at) => ((at % 4) * 64 + (at >> 2)) / 255);
  expect(pixels).toEqual(expected);
});
