import { FormatError } from '../imported.ts';
import { type Signal } from '../trace/signal.ts';
import { type ValueInfo } from './onnx-proto.ts';
import { signalShape } from './shapes.ts';
import { settle, type Value } from './value.ts';

const MAX_OUTPUTS = 64;
/** What exporters call a policy's head. */
const NAMES = [/^logits$/i, /logits/i, /policy|^pi$|actor/i, /^action|q_?values?|^q$/i];

interface Output {
  name: string;
  signal?: Signal;
  softmax?: boolean;
  failure?: FormatError;
}

/**
 * The output that gives the logits: the only one as wide as there are actions, and of several the one that is called so.
 * @throws FormatError listing the outputs where none or several could be it
 */
export function chooseOutput(
  outputs: readonly ValueInfo[],
  valueOf: (name: string) => Value,
  actions: number,
): { logits: Signal; remarks: string[] } {
  if (outputs.length === 0 || outputs.length > MAX_OUTPUTS)
    throw new FormatError('output', `the model has ${outputs.length} outputs`);
  const all = outputs.map(({ name }) => trace(name, valueOf));
  const wide = all.filter(({ signal }) => signal?.axes === undefined && signal?.link.shape[0] === actions);
  const chosen =
    wide.length === 1
      ? wide[0]!
      : NAMES.map((pattern) => wide.filter(({ name }) => pattern.test(name))).find(({ length }) => length === 1)?.[0];
  if (!chosen?.signal) throw refusal(all, wide.length, actions);
  return { logits: chosen.signal, remarks: remarksOf(chosen, all) };
}

function trace(name: string, valueOf: (name: string) => Value): Output {
  try {
    const value = valueOf(name);
    if (value.kind === 'probabilities') return { name, signal: value.logits, softmax: true };
    if (value.kind === 'expression') return { name, signal: settle(value) };
    return { name, failure: new FormatError(name, 'does not depend on the observation') };
  } catch (error) {
    if (error instanceof FormatError) return { name, failure: error };
    throw error;
  }
}

function refusal(outputs: readonly Output[], candidates: number, actions: number): FormatError {
  // Where no output could be it, one that cannot be read may be: its reason says more than a list.
  const failure = outputs.find((output) => output.failure)?.failure;
  if (candidates === 0 && failure) return failure;
  const told = outputs.slice(0, 8).map(({ name, signal, failure: reason }) => {
    return `'${name}' ${signal ? `[${['batch', ...signalShape(signal).slice(1)].join(', ')}]` : `(${reason?.message})`}`;
  });
  const many = candidates > 1 ? 'several outputs are' : 'no output is';
  return new FormatError('output', `${many} as wide as the ${actions} actions: ${told.join(', ')}`);
}

function remarksOf({ name, softmax }: Output, outputs: readonly Output[]): string[] {
  const others = outputs.filter((output) => output.name !== name).map((output) => `'${output.name}'`);
  return [
    ...(softmax ? [`the logits are what output '${name}' takes the softmax of`] : []),
    ...(others.length > 0 ? [`outputs that are ignored: ${others.slice(0, 8).join(', ')}`] : []),
  ];
}
