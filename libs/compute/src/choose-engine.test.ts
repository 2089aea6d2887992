import { expect, test } from 'vitest';
import { chooseEngine, type TryEngine } from './choose-engine.ts';
import { type Device, type EngineName, EngineUnavailableError, NoGpuError } from './engine.ts';

const CPU: Device = { kind: 'cpu', name: 'the CPU' };
const GPU: Device = { kind: 'gpu', name: 'a card' };

/** A machine on which these engines work; it remembers what was tried. */
function machine(works: Partial<Record<EngineName, Device>>): { tried: EngineName[]; tryEngine: TryEngine } {
  const tried: EngineName[] = [];
  const tryEngine = (engine: EngineName) => {
    tried.push(engine);
    const device = works[engine];
    const broken = new EngineUnavailableError(engine, new Error(`${engine} is broken\nin detail`));
    return device ? Promise.resolve(device) : Promise.reject(broken);
  };
  return { tried, tryEngine };
}

const auto = (works: Partial<Record<EngineName, Device>>, requireGpu = false) =>
  chooseEngine({ engine: 'auto', requireGpu }, machine(works).tryEngine);

test('auto takes TensorFlow on CUDA first and tries nothing else', async () => {
  const { tried, tryEngine } = machine({ tensorflow: GPU, webgpu: GPU, wasm: CPU });
  expect(await chooseEngine({ engine: 'auto' }, tryEngine)).toMatchObject({
    name: 'tensorflow',
    device: GPU,
    passedOver: [],
  });
  expect(tried).toEqual(['tensorflow']);
});

test('auto takes WebGPU on a GPU before TensorFlow on the CPU', async () => {
  const { name, passedOver } = await auto({ tensorflow: CPU, webgpu: GPU, wasm: CPU });
  expect(name).toBe('webgpu');
  expect(passedOver).toEqual([{ choice: 'tensorflow on a GPU', why: 'no GPU, only the CPU' }]);
});

test('auto passes over a WebGPU adapter in software, and says so', async () => {
  const engine = await auto({ tensorflow: CPU, webgpu: { kind: 'cpu', name: 'SwiftShader' }, wasm: CPU });
  expect(engine).toMatchObject({ name: 'tensorflow', device: CPU });
  expect(engine.reason).toContain('webgpu on a GPU: no GPU, only SwiftShader');
});

test('auto ends with wasm, and says once of each engine why it was passed over, in one line', async () => {
  const { tried, tryEngine } = machine({ wasm: CPU });
  const engine = await chooseEngine({ engine: 'auto' }, tryEngine);
  expect(engine).toMatchObject({ name: 'wasm', device: CPU });
  expect(engine.passedOver).toEqual([
    { choice: 'tensorflow', why: 'tensorflow is broken' },
    { choice: 'webgpu', why: 'webgpu is broken' },
  ]);
  expect(tried).toEqual(['tensorflow', 'webgpu', 'wasm']);
});

test('when no engine works, the error says so of each', async () => {
  await expect(auto({})).rejects.toThrow(/tensorflow is broken.*webgpu is broken.*wasm is broken/);
});

test('a GPU that is required and not there is an error that names what was tried; wasm is not', async () => {
  const { tried, tryEngine } = machine({ tensorflow: CPU, wasm: CPU });
  const choosing = chooseEngine({ engine: 'auto', requireGpu: true }, tryEngine);
  await expect(choosing).rejects.toBeInstanceOf(NoGpuError);
  await expect(choosing).rejects.toThrow('tensorflow on a GPU: no GPU, only the CPU; webgpu: webgpu is broken');
  expect(tried).toEqual(['tensorflow', 'webgpu']);
});

test('an engine asked for by name is the only one tried, and must have the GPU that is required', async () => {
  const { tried, tryEngine } = machine({ tensorflow: CPU, webgpu: GPU });
  expect(await chooseEngine({ engine: 'tensorflow' }, tryEngine)).toMatchObject({ name: 'tensorflow', device: CPU });
  await expect(chooseEngine({ engine: 'tensorflow', requireGpu: true }, tryEngine)).rejects.toThrow(NoGpuError);
  await expect(chooseEngine({ engine: 'wasm' }, tryEngine)).rejects.toThrow(EngineUnavailableError);
  expect(tried).toEqual(['tensorflow', 'tensorflow', 'wasm']);
});
