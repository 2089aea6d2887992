export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';
export const ENGINES: readonly EngineName[] = ['tensorflow', 'webgpu', 'wasm'];

/** What an engine computes on. A graphics adapter in software is `cpu`: it is no faster than one. */
export interface Device {
  kind: 'cpu' | 'gpu';
  name: string;
}

/** A choice that was not taken, and why. */
export interface PassedOver {
  choice: string;
  why: string;
}

/** The engine in use, the device it computes on, and why it is this one. */
export interface Engine {
  name: EngineName;
  device: Device;
  /** One line for people; holds what `passedOver` says too. */
  reason: string;
  /** Better choices that did not work here, best first; empty when the engine was asked for by name. */
  passedOver: PassedOver[];
}

export class EngineUnavailableError extends Error {
  /** The cause's first line. */
  readonly why: string;

  constructor(engine: EngineName, cause: unknown) {
    const why = firstLine(cause);
    super(`the ${engine} engine cannot be loaded: ${why}`, { cause });
    this.name = 'EngineUnavailableError';
    this.why = why;
  }
}

/** A GPU was required, and no engine found one. */
export class NoGpuError extends Error {
  constructor(tried: readonly PassedOver[]) {
    super(`a GPU is required and there is none: ${describePassedOver(tried)}`);
    this.name = 'NoGpuError';
  }
}

/** `a: why; b: why` */
export function describePassedOver(passedOver: readonly PassedOver[]): string {
  return passedOver.map(({ choice, why }) => `${choice}: ${why}`).join('; ');
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).trim().split('\n')[0] ?? '';
}
