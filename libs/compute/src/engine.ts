import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';

export type EngineName = 'tensorflow' | 'wasm';
export const ENGINES: readonly EngineName[] = ['tensorflow', 'wasm'];

/** The engine in use, and one line that says why it is this one. */
export interface Engine {
  name: EngineName;
  reason: string;
}

export class EngineUnavailableError extends Error {
  constructor(engine: EngineName, cause: unknown) {
    super(`the ${engine} engine cannot be loaded: ${firstLine(cause)}`, { cause });
    this.name = 'EngineUnavailableError';
  }
}

const require = createRequire(import.meta.url);

/**
 * Loads a tensor engine into this process and makes it tfjs's backend.
 * @param request one engine, or `auto`: the fastest that works
 * @throws EngineUnavailableError when the engine asked for does not work here
 */
export async function loadEngine(request: EngineName | 'auto'): Promise<Engine> {
  if (request !== 'auto') return { name: await load(request), reason: 'asked for by COMPUTE' };
  try {
    return { name: await load('tensorflow'), reason: 'the fastest engine on this machine' };
  } catch (error) {
    return { name: await load('wasm'), reason: error instanceof Error ? error.message : String(error) };
  }
}

async function load(name: EngineName): Promise<EngineName> {
  try {
    await LOADERS[name]();
    return name;
  } catch (error) {
    throw new EngineUnavailableError(name, error);
  }
}

const LOADERS: Record<EngineName, () => Promise<void>> = {
  async tensorflow() {
    // TensorFlow's banner about CPU instructions says nothing to a user of this service.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    restoreIsNullOrUndefined();
    require('@tensorflow/tfjs-node-gpu');
    await activate('tensorflow');
  },
  async wasm() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await activate('wasm');
  },
};

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs refused the ${backend} backend`);
  await tf.ready();
}

/** tfjs-node 4.22 calls a function that Node 23 took away; the fix was merged there and never released. */
function restoreIsNullOrUndefined(): void {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0] ?? '';
}
