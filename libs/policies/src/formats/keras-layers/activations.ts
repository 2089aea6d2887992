import { type ActivationSpec } from '../../description/layer-spec.ts';
import { FormatError } from '../imported.ts';
import { activate } from '../trace/layers.ts';
import { type TracedOutput } from '../trace/choose-output.ts';
import { type Signal } from '../trace/signal.ts';

/** Keras' names. */
const ACTIVATIONS: Record<string, ActivationSpec> = {
  relu: { kind: 'relu' },
  leaky_relu: { kind: 'leaky-relu', slope: 0.2 },
  elu: { kind: 'elu', alpha: 1 },
  gelu: { kind: 'gelu' },
  silu: { kind: 'silu' },
  swish: { kind: 'silu' },
  tanh: { kind: 'tanh' },
  softplus: { kind: 'softplus' },
};

/** An activation by its name. @throws FormatError where it is none of ours */
export function activateByName(signal: Signal, activation: unknown, where: string): TracedOutput {
  const name = activationName(activation);
  if (name === 'linear') return { signal, softmax: false };
  if (name === 'softmax' || name === 'log_softmax') return softmaxOf(signal, where);
  const spec = ACTIVATIONS[name];
  if (spec && Object.hasOwn(ACTIVATIONS, name)) return { signal: activate(signal, spec, { where }), softmax: false };
  throw new FormatError(where, `activation '${name.slice(0, 100)}' is not read`);
}

export function softmaxOf(signal: Signal, where: string): TracedOutput {
  if (signal.axes) throw new FormatError(where, 'a softmax that is not of the actions');
  return { signal, softmax: true };
}

/** A name, or a function's description with its name in it. */
function activationName(activation: unknown): string {
  if (activation === undefined || activation === null) return 'linear';
  if (typeof activation === 'string') return activation;
  const { config } = activation as { config?: unknown };
  return typeof config === 'string' ? config : 'of its own';
}
