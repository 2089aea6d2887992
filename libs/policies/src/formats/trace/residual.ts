import { FormatError } from '../imported.ts';
import { scaled } from './linear.ts';
import { isNoGain, type Link, type PlacedStep, push, type Signal } from './signal.ts';

/** The sum of two signals of which one was made from the other: a residual block. @throws FormatError for any other sum */
export function addSignals(a: Signal, b: Signal, where: string): Signal {
  if (!alike(a, b)) throw new FormatError(where, `adds ${told(a)} and ${told(b)}`);
  if (a.link === b.link) return scaled(a, { scale: 2, shift: 0 });
  const [input, output] = a.link.depth < b.link.depth ? [a, b] : [b, a];
  const steps = stepsBetween(input.link, output.link);
  if (!steps) throw new FormatError(where, 'adds two branches; only x + f(x) is read, with x as it came');
  if (!isNoGain(input.link.gain) || !isNoGain(output.link.gain))
    throw new FormatError(where, 'a product or sum with constants stands before the sum that no layer can take in');
  if (steps.some(({ kind }) => kind === 'block'))
    throw new FormatError(where, 'is a residual block around another residual block');
  return { ...input, link: push(input.link, { kind: 'block', steps, where }, input.link.shape) };
}

function stepsBetween(input: Link, output: Link): PlacedStep[] | undefined {
  const steps: PlacedStep[] = [];
  let link: Link | undefined = output;
  while (link && link !== input && link.step) {
    steps.unshift(link.step);
    link = link.previous;
  }
  return link === input ? steps : undefined;
}

/** Whether the elements of the one are those of the other: also in the order in which an image was flattened. */
function alike(a: Signal, b: Signal): boolean {
  const order = ({ axes, flattened }: Signal) => axes ?? `${flattened?.axes} of ${flattened?.shape.join()}`;
  return a.link.shape.join() === b.link.shape.join() && order(a) === order(b);
}

function told({ link, axes, flattened }: Signal): string {
  const order = axes ?? (flattened ? `flattened ${flattened.axes}` : 'vector');
  return `[${link.shape.join(', ')}] (${order})`;
}
