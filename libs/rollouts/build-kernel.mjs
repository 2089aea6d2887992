// `npm run build:kernel`: stack-kernel.wat as the WebAssembly that stacking runs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';

const place = (extension) => new URL(`./src/stack-kernel.${extension}`, import.meta.url);

/** @returns {Promise<Uint8Array>} */
export async function compileKernel() {
  const wabt = await openWabt();
  const parsed = wabt.parseWat('stack-kernel.wat', readFileSync(place('wat'), 'utf8'), { simd: true, threads: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return buffer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(place('wasm'), await compileKernel());
