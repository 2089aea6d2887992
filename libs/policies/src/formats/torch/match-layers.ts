import { type LayerRow } from '../../description/layer-table.ts';
import { FormatError } from '../imported.ts';
import { isAside } from './aside.ts';
import { type Slot, slotsOf } from './assemble.ts';
import { listTensors, type Module, modulesOf, tensorsIn } from './modules.ts';
import { type StateTensor } from './state-tensor.ts';

/** The file's modules in the order of the layers, and what was left aside. */
export interface Matching {
  modules: Module[];
  remarks: string[];
}

/**
 * Finds each described layer's module: by our own names where the file has them, else by shape, and layers of one shape in
 * the file's order. Whatever could be meant in two ways is refused, and so is a module that no layer takes: it would be a
 * part of the policy that is missing.
 * @param ordered whether the file's order is the network's; where it is not (safetensors sorts by name), layers of one shape
 *   must have names that differ in their numbers only, and go by them
 * @throws FormatError listing the tensors and their shapes
 */
export function matchLayers(
  rows: readonly LayerRow[],
  tensors: readonly StateTensor[],
  { ordered }: { ordered: boolean },
): Matching {
  const [aside, kept] = partition(tensors, ({ name }) => isAside(name));
  const modules = modulesOf(kept);
  const slots = slotsOf(rows);
  const found = byName(slots, modules) ?? byShape(slots, modules, ordered);
  const left = modules.filter((module) => !found.includes(module));
  requireValueHeads(left);
  return { modules: found, remarks: remarks(slots, found, [...aside, ...tensorsIn(left)]) };
}

function byName(slots: Slot[], modules: Module[]): Module[] | undefined {
  const found = slots.map(({ layer }) => modules.find(({ name }) => name === layer));
  return found.every((module) => module !== undefined) ? found : undefined;
}

function byShape(slots: Slot[], modules: Module[], ordered: boolean): Module[] {
  const queues = new Map<string, Module[]>();
  for (const shape of new Set(slots.map(shapeOf))) {
    const needed = slots.filter((slot) => shapeOf(slot) === shape);
    const group = modules.filter((module) => shapeOf(module) === shape);
    if (group.length !== needed.length) throw mismatch(needed, group, modules);
    queues.set(shape, ordered ? group : sorted(group));
  }
  return slots.map((slot) => queues.get(shapeOf(slot))!.shift()!);
}

function shapeOf({ weight }: Slot | Module): string {
  return weight.shape.join();
}

function mismatch(slots: Slot[], group: Module[], modules: Module[]): FormatError {
  const { layer, weight } = slots[0]!;
  const names = slots.map((slot) => slot.layer).join(', ');
  const shape = `[${weight.shape.join(', ')}]`;
  const count = `${slots.length} of shape ${shape} needed (${names}) and ${group.length} in the file`;
  const what = group.length > slots.length ? 'it is ambiguous which tensors are meant' : 'tensors are missing';
  return new FormatError(layer, `${what}: ${count}. The file's tensors: ${listTensors(tensorsIn(modules))}`);
}

/** In the order of the numbers in their names. */
function sorted(group: Module[]): Module[] {
  const patterns = new Set(group.map(({ name }) => name.replace(/\d+/g, '#')));
  if (patterns.size > 1)
    throw new FormatError(
      group[0]!.name,
      `it is ambiguous which of these comes first, and the file has no order: ${listTensors(tensorsIn(group))}`,
    );
  return group.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** A critic of one number that is not named as one is left; anything else might be a part of the policy. */
function requireValueHeads(left: Module[]): void {
  const others = left.filter(({ weight }) => weight.shape.length !== 2 || weight.shape[0] !== 1);
  if (!others.length) return;
  throw new FormatError(
    others[0]!.name,
    `tensors that belong to no layer of the architecture: ${listTensors(tensorsIn(others))}`,
  );
}

function remarks(slots: Slot[], found: Module[], aside: StateTensor[]): string[] {
  const pairs = slots.map(({ layer }, index) => `${layer} = ${found[index]!.name}`);
  const unbiased = found.filter(({ bias }) => !bias).map(({ name }) => name);
  return [
    `layers and tensors: ${pairs.join(', ')}`,
    ...(unbiased.length ? [`without a bias, so it is zero: ${unbiased.join(', ')}`] : []),
    ...(aside.length ? [`left aside, no part of the policy: ${listTensors(aside)}`] : []),
  ];
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
