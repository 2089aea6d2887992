import * as tf from '@tensorflow/tfjs-core';
import { type Device } from '../engine.ts';
import { activate } from './activate.ts';
import { type DawnEvents, dawnEvents } from './dawn-events.ts';

/** Lets an adapter in software (SwiftShader) stand for a GPU. The tests ask for it; nobody who wants speed does. */
const softwareAllowed = () => process.env['WEBGPU_SOFTWARE'] === '1';

/** Ten times the speed of SwiftShader, which spends its time on clearing workgroup memory that tfjs's programs write first. */
const SOFTWARE_FEATURES = ['enable-dawn-features=disable_workgroup_init'];
/** tfjs's MatMulSmallOutputSizeProgram, for every size: on SwiftShader a training step takes 1/15 of the time. */
const SOFTWARE_MATMUL = 2;

let loaded: { gpu: GPU; device: Device } | undefined;

/**
 * WebGPU outside a browser, through Dawn: any vendor's GPU.
 * @throws when there is no GPU; an adapter in software counts as none unless WEBGPU_SOFTWARE=1
 */
export async function loadWebgpu(): Promise<Device> {
  loaded ??= await register();
  await activate('webgpu');
  return loaded.device;
}

async function register(): Promise<{ gpu: GPU; device: Device }> {
  const { create, globals } = await import('webgpu');
  const { DawnBackend } = await import('./dawn-backend.ts');
  const { mendKernels } = await import('./dawn-kernels.ts');
  Object.assign(globalThis, globals);
  // Dawn ends with the object that `create` returns, so it is kept.
  const [gpu, events] = [create(softwareAllowed() ? SOFTWARE_FEATURES : []), dawnEvents()];
  const adapter = await requestAdapter(gpu, events);
  const device = await events.during(() => adapter.requestDevice(wanted(adapter)));
  mendKernels();
  // Small tensors too are computed on the device, so that one engine computes everything and the tests test that one.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (adapter.info.isFallbackAdapter) tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', SOFTWARE_MATMUL);
  tf.registerBackend('webgpu', () => withNavigator(gpu, () => new DawnBackend(device, adapter.info, events)));
  return { gpu, device: describe(adapter.info) };
}

async function requestAdapter(gpu: GPU, events: DawnEvents): Promise<GPUAdapter> {
  const adapter = await events.during(() => gpu.requestAdapter({ powerPreference: 'high-performance' }));
  if (!adapter) throw new Error('no GPU: no driver offers an adapter');
  if (adapter.info.isFallbackAdapter && !softwareAllowed()) {
    throw new Error(`no GPU: the only adapter is software (${describe(adapter.info).name})`);
  }
  return adapter;
}

/** All that the adapter can do of what tfjs's programs ask for: the defaults of WebGPU are those of a telephone. */
function wanted({ limits }: GPUAdapter): GPUDeviceDescriptor {
  const names = [
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBufferBindingSize',
    'maxBufferSize',
    'maxComputeWorkgroupSizeX',
    'maxComputeInvocationsPerWorkgroup',
  ] as const;
  return { requiredLimits: Object.fromEntries(names.map((name) => [name, limits[name]])) };
}

function describe({ vendor, architecture, description, isFallbackAdapter }: GPUAdapterInfo): Device {
  const name = [vendor, architecture, description].filter(Boolean).join(' ');
  return { kind: isFallbackAdapter ? 'cpu' : 'gpu', name: name || 'an unnamed adapter' };
}

/** tfjs looks for `navigator.gpu` when it makes its backend. It is there for that long only: other code takes it for a browser. */
function withNavigator<T>(gpu: GPU, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}
