import { FormatError } from '../imported.ts';
import { type Signal } from './signal.ts';

const MAX_OUTPUTS = 64;
/** What exporters call a policy's head. */
const NAMES = [/^logits$/i, /logits/i, /policy|^pi$|actor|prob/i, /^action|q_?values?|^q$/i];

/** What a graph gives at one of its outputs; `softmax`: it is the softmax of the signal, or its logarithm. */
export interface TracedOutput {
  signal: Signal;
  softmax: boolean;
}

interface Output {
  name: string;
  traced?: TracedOutput;
  failure?: FormatError;
}

/**
 * The output that gives the logits: the only one as wide as there are actions, and of several the one that is called so.
 * @param trace what an output of that name is, or a FormatError
 * @throws FormatError listing the outputs where none or several could be it
 */
export function chooseOutput(
  names: readonly string[],
  trace: (name: string) => TracedOutput,
  actions: number,
): { logits: Signal; remarks: string[] } {
  if (names.length === 0 || names.length > MAX_OUTPUTS)
    throw new FormatError('output', `the model has ${names.length} outputs`);
  const outputs = names.map((name) => attempt(name, trace));
  const wide = outputs.filter(
    ({ traced }) => traced?.signal.axes === undefined && traced?.signal.link.shape[0] === actions,
  );
  const chosen = wide.length === 1 ? wide[0]! : theOneCalled(wide);
  if (!chosen?.traced) throw refusal(outputs, wide.length, actions);
  return { logits: chosen.traced.signal, remarks: remarksOf(chosen, outputs) };
}

function attempt(name: string, trace: (name: string) => TracedOutput): Output {
  try {
    return { name, traced: trace(name) };
  } catch (error) {
    if (error instanceof FormatError) return { name, failure: error };
    throw error;
  }
}

function theOneCalled(outputs: readonly Output[]): Output | undefined {
  const matches = NAMES.map((pattern) => outputs.filter(({ name }) => pattern.test(name)));
  return matches.find(({ length }) => length === 1)?.[0];
}

function refusal(outputs: readonly Output[], candidates: number, actions: number): FormatError {
  // Where no output could be it, one that cannot be read may be: its reason says more than a list.
  const unread = outputs.filter(({ failure }) => failure);
  const likely = unread.length === 1 ? unread[0] : theOneCalled(unread);
  if (candidates === 0 && likely?.failure) return likely.failure;
  const told = outputs.slice(0, 8).map(({ name, traced, failure: reason }) => {
    const shape = traced && ['batch', ...traced.signal.link.shape].join(', ');
    return `'${name}' ${shape ? `[${shape}]` : `(${reason?.message})`}`;
  });
  const many = candidates > 1 ? 'several outputs are' : 'no output is';
  return new FormatError('output', `${many} as wide as the ${actions} actions: ${told.join(', ')}`);
}

function remarksOf({ name, traced }: Output, outputs: readonly Output[]): string[] {
  const others = outputs.filter((output) => output.name !== name).map((output) => `'${output.name}'`);
  return [
    ...(traced?.softmax ? [`the logits are what output '${name}' takes the softmax of`] : []),
    ...(others.length > 0 ? [`outputs that are ignored: ${others.slice(0, 8).join(', ')}`] : []),
  ];
}
