import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type Device } from '../engine.ts';
import { activate } from './activate.ts';

const require = createRequire(import.meta.url);

/** tfjs's WebAssembly kernels: nothing native. */
export async function loadWasm(): Promise<Device> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await activate('wasm');
  return { kind: 'cpu', name: 'the CPU' };
}
