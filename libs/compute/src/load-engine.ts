import { chooseEngine, type EngineRequest } from './choose-engine.ts';
import { type Device, type Engine, type EngineName, EngineUnavailableError } from './engine.ts';
import { loadTensorflow } from './loaders/tensorflow.ts';
import { loadWasm } from './loaders/wasm.ts';
import { loadWebgpu } from './loaders/webgpu.ts';

const LOADERS: Record<EngineName, () => Promise<Device>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
};

/**
 * Loads a tensor engine into this process and makes it tfjs's backend.
 * @param request one engine, or `auto`: the fastest that works
 * @throws EngineUnavailableError when the engine asked for does not work here; NoGpuError when a GPU is required and there
 * is none
 */
export async function loadEngine(
  request: EngineName | 'auto',
  options: Omit<EngineRequest, 'engine'> = {},
): Promise<Engine> {
  const engine = await chooseEngine({ engine: request, ...options }, load);
  // The choice may have gone back to an engine that was tried before another.
  if (request === 'auto') await load(engine.name);
  return engine;
}

async function load(name: EngineName): Promise<Device> {
  try {
    return await LOADERS[name]();
  } catch (error) {
    throw new EngineUnavailableError(name, error);
  }
}
