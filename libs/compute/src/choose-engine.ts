import {
  describePassedOver,
  type Device,
  type Engine,
  type EngineName,
  EngineUnavailableError,
  NoGpuError,
  type PassedOver,
} from './engine.ts';

export interface EngineRequest {
  /** One engine, or `auto`: the fastest that works. */
  engine: EngineName | 'auto';
  /** No engine on a CPU will do. */
  requireGpu?: boolean;
}

/** Tries one engine: the device it computes on, or a rejection with EngineUnavailableError. */
export type TryEngine = (engine: EngineName) => Promise<Device>;

/** The order of `auto`, fastest first. TensorFlow says by its device whether it is the first choice or the third. */
const CHOICES: readonly { engine: EngineName; kind: Device['kind'] }[] = [
  { engine: 'tensorflow', kind: 'gpu' },
  { engine: 'webgpu', kind: 'gpu' },
  { engine: 'tensorflow', kind: 'cpu' },
  { engine: 'wasm', kind: 'cpu' },
];

/**
 * Picks an engine by trying: the one that was asked for, or the best that works. Each is tried at most once.
 * @throws what the engine asked for was rejected with; NoGpuError when a GPU is required and none was found
 */
export async function chooseEngine(request: EngineRequest, tryEngine: TryEngine): Promise<Engine> {
  const { engine, requireGpu = false } = request;
  if (engine === 'auto') return best(requireGpu, tryEngine);
  const device = await tryEngine(engine);
  if (requireGpu && device.kind !== 'gpu') throw new NoGpuError([{ choice: engine, why: onlyOn(device) }]);
  return { name: engine, device, reason: `asked for by name, on ${device.name}`, passedOver: [] };
}

async function best(requireGpu: boolean, tryEngine: TryEngine): Promise<Engine> {
  const tried = new Map<EngineName, Device | string>();
  const passedOver: PassedOver[] = [];
  for (const { engine, kind } of CHOICES.filter((choice) => choice.kind === 'gpu' || !requireGpu)) {
    const isNew = !tried.has(engine);
    const found = tried.get(engine) ?? (await tryEngine(engine).catch(whyNot));
    tried.set(engine, found);
    if (typeof found === 'string') {
      if (isNew) passedOver.push({ choice: engine, why: found });
    } else if (found.kind === kind) {
      return { name: engine, device: found, reason: explain(found, passedOver), passedOver };
    } else passedOver.push({ choice: `${engine} on a GPU`, why: onlyOn(found) });
  }
  if (requireGpu) throw new NoGpuError(passedOver);
  throw new Error(`no tensor engine works here: ${describePassedOver(passedOver)}`);
}

function whyNot(error: unknown): string {
  if (error instanceof EngineUnavailableError) return error.why;
  throw error;
}

const onlyOn = (device: Device) => `no GPU, only ${device.name}`;

function explain(device: Device, passedOver: readonly PassedOver[]): string {
  const best = `the best that works here, on ${device.name}`;
  return passedOver.length === 0 ? best : `${best}; passed over: ${describePassedOver(passedOver)}`;
}
