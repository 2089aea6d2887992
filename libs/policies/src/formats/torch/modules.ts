import { FormatError } from '../imported.ts';
import { type StateTensor } from './state-tensor.ts';

/** A module with weights: a convolution, a linear layer or a norm. */
export interface Module {
  name: string;
  weight: StateTensor;
  /** Missing where it was made with bias=False. */
  bias?: StateTensor;
}

/** Names stand in remarks and errors. */
const MAX_NAME = 300;

/**
 * `<name>.weight` and `<name>.bias` put together, in the order of the weights. Second names of the same numbers are left
 * out, as of a feature extractor that a policy shares with its critic.
 * @throws FormatError for a tensor that is neither, as a batch norm's running mean, or that is no floating-point number
 */
export function modulesOf(tensors: readonly StateTensor[]): Module[] {
  const long = tensors.find(({ name }) => name.length > MAX_NAME);
  if (long) throw new FormatError(long.name.slice(0, 100), `a tensor's name has ${long.name.length} characters`);
  const distinct = [...new Map(tensors.toReversed().map((tensor) => [tensor.identity, tensor])).values()].reverse();
  const byName = new Map(distinct.map((tensor) => [tensor.name, tensor]));
  const modules = distinct.flatMap((weight): Module[] => {
    const [, name] = /^(.*)\.weight$/s.exec(weight.name) ?? [];
    if (name === undefined) return [];
    const bias = byName.get(`${name}.bias`);
    return [{ name, weight, ...(bias && { bias }) }];
  });
  requireAll(distinct, modules);
  return modules;
}

function requireAll(tensors: StateTensor[], modules: Module[]): void {
  const known = new Set(modules.flatMap(({ weight, bias }) => [weight, bias]));
  const extra = tensors.filter((tensor) => !known.has(tensor));
  if (!extra.length) return;
  throw new FormatError(
    extra[0]!.name,
    `no layer that can be used has such tensors: ${listTensors(extra)}; a layer has a weight and a bias`,
  );
}

/** Names, shapes and types, for errors; a long list is cut. */
export function listTensors(tensors: readonly StateTensor[]): string {
  const texts = tensors.slice(0, 40).map(({ name, shape, type }) => {
    const short = name.length > 100 ? `${name.slice(0, 100)}…` : name;
    return `${short} [${shape.join(', ')}]${type === 'F32' ? '' : ` ${type}`}`;
  });
  return texts.join(', ') + (tensors.length > 40 ? ` and ${tensors.length - 40} more` : '');
}

/** The tensors of modules, for errors. */
export function tensorsIn(modules: readonly Module[]): StateTensor[] {
  return modules.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]));
}
