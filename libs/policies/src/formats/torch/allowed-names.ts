import { FormatError } from '../imported.ts';
import { PickleName, type PickleValue } from '../pickle/values.ts';
import { type ElementType } from './element-types.ts';
import { rebuildTensor, StoredNumbers, StoredTensor } from './torch-objects.ts';

const STORAGES: Readonly<Record<string, ElementType>> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** How a call of an allowed name is understood. Nothing here runs code of the file. */
type Call = (where: string, args: PickleValue[]) => PickleValue;

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_parameter', (where, [data]) => parameterOf(where, data)],
  ['torch.Size', (where, [sizes]) => listOf(where, sizes)],
  ['torch.device', (_, args) => args],
]);

/** Names of types of numbers stand in checkpoints as values. */
const INERT = /^torch\.(float(16|32|64)|bfloat16|double|half|u?int(8|16|32|64)|long|bool|strided|preserve_format)$/;

/** The type of numbers of a `torch.…Storage`, on any device; undefined where the name is another. */
function storageType(name: string): ElementType | undefined {
  const [, storage = ''] = /^torch\.(?:cuda\.)?(\w+Storage)$/.exec(name) ?? [];
  return Object.hasOwn(STORAGES, storage) ? STORAGES[storage] : undefined;
}

/**
 * The names that a file of weights needs.
 * @throws FormatError for every other: they are classes and functions, and would have to be imported and run
 */
export function lookUpName(where: string, name: string): PickleName {
  if (CALLS.has(name) || storageType(name) || INERT.test(name)) return new PickleName(name);
  const advice = 'it holds more than weights. Save model.state_dict() by itself, or as safetensors';
  throw new FormatError(where, `the file needs ${cut(name)}, which would be code to run: ${advice}`);
}

/** @throws FormatError for an allowed name that cannot be called, and for arguments of another kind */
export function callName(where: string, name: string, args: PickleValue[]): PickleValue {
  const call = CALLS.get(name);
  if (!call) throw new FormatError(where, `${name} is called, which is no function`);
  return call(where, args);
}

/** Empty: torch sets the items one by one. Copying them here would let a small file ask for endless copies. */
function orderedDict(where: string, args: PickleValue[]): PickleValue {
  if (args.length) throw new FormatError(where, 'an OrderedDict is made with arguments');
  return new Map();
}

function parameterOf(where: string, data: PickleValue | undefined): PickleValue {
  if (data instanceof StoredTensor) return data;
  throw new FormatError(where, 'a parameter is rebuilt from what is no tensor');
}

function listOf(where: string, value: PickleValue | undefined): PickleValue[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(where, 'a list is needed and something else is given');
}

function cut(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}

/** What `('storage', type, key, location, elements, …)` names; `read` fetches the bytes of a key. */
export function persistentStorage(
  where: string,
  id: PickleValue,
  read: (storage: Pick<StoredNumbers, 'key' | 'type' | 'elements'>) => Promise<Uint8Array>,
): StoredNumbers {
  const [tag, type, key, , elements, view = null] = Array.isArray(id) ? id : [];
  const known = type instanceof PickleName ? storageType(type.name) : undefined;
  if (tag !== 'storage' || !known || typeof key !== 'string' || typeof elements !== 'number' || view !== null)
    throw new FormatError(
      where,
      'a persistent id names something other than a storage: a module, or a view of old torch',
    );
  if (!Number.isSafeInteger(elements) || elements < 0)
    throw new FormatError(where, `storage ${cut(key)} declares ${elements} numbers`);
  return new StoredNumbers(key, known, elements, () => read({ key, type: known, elements }));
}
