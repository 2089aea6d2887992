import { FormatError } from '../imported.ts';
import { type PickleDict, type PickleValue } from '../pickle/values.ts';
import { isAside } from './aside.ts';
import { type StateTensor, stateTensor } from './state-tensor.ts';
import { StoredTensor } from './torch-objects.ts';

/** The tensors of a checkpoint, in its order, and what was found out on the way. */
export interface StateDict {
  tensors: StateTensor[];
  remarks: string[];
}

/** Keys under which training scripts keep the state dict, for where there are several dictionaries of tensors. */
const USUAL_KEYS = ['model_state_dict', 'state_dict', 'model_weights', 'model', 'policy', 'agent', 'actor', 'network'];

/**
 * The state dict that was saved: the object itself, or the only one among its items. Names that wrappers put before all
 * others (`module.` of DataParallel, `_orig_mod.` of torch.compile) are taken off.
 * @throws FormatError where there is none or several
 */
export function stateDict(saved: PickleValue, where: string): StateDict {
  if (!(saved instanceof Map)) throw new FormatError(where, 'the file holds no dictionary, so no state_dict()');
  if (hasTensors(saved)) return { tensors: unwrapped(tensorsOf(saved)), remarks: [] };
  const [key, dict] = onlyDict(saved, where);
  return { tensors: unwrapped(tensorsOf(dict)), remarks: [`the state dict is the file's '${key}'`] };
}

function hasTensors(dict: PickleDict): boolean {
  return [...dict.values()].some((value) => value instanceof StoredTensor);
}

function onlyDict(saved: PickleDict, where: string): [string, PickleDict] {
  const all = [...saved].filter(
    (entry): entry is [string, PickleDict] =>
      typeof entry[0] === 'string' && entry[1] instanceof Map && hasTensors(entry[1]),
  );
  const candidates = all.length > 1 ? all.filter(([key]) => !isAside(key)) : all;
  const usual = candidates.filter(([key]) => USUAL_KEYS.includes(key));
  const [found, ...others] = candidates.length > 1 ? usual : candidates;
  if (found && !others.length) return found;
  const keys = all.map(([key]) => `'${key.slice(0, 100)}'`).slice(0, 20);
  throw new FormatError(
    where,
    keys.length ? `several state dicts: ${keys.join(', ')}; save the policy's by itself` : 'no tensors in the file',
  );
}

function tensorsOf(dict: PickleDict): StateTensor[] {
  return [...dict].flatMap(([name, value]) =>
    typeof name === 'string' && value instanceof StoredTensor ? [stateTensor(name, value)] : [],
  );
}

function unwrapped(tensors: StateTensor[]): StateTensor[] {
  const wrapper = ['module.', '_orig_mod.'].find((prefix) => tensors.every(({ name }) => name.startsWith(prefix)));
  if (!wrapper) return tensors;
  return unwrapped(tensors.map((tensor) => ({ ...tensor, name: tensor.name.slice(wrapper.length) })));
}
