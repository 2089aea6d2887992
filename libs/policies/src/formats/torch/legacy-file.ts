import { FormatError } from '../imported.ts';
import { ByteCursor } from '../pickle/byte-cursor.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { type PickleMeaning, type PickleValue } from '../pickle/values.ts';
import { callName, lookUpName, persistentStorage } from './allowed-names.ts';
import { elementBytes } from './element-types.ts';
import { isSize, type StoredNumbers } from './torch-objects.ts';

/** The first pickle of a file by torch before 1.6, or with `_use_new_zipfile_serialization=False`. */
const MAGIC = Number(0x1950a86a20f9469cfc6cn);
const PROTOCOL = 1001;

/**
 * torch's format before 1.6: pickles of a magic number, the protocol, the machine, the object and the keys of its
 * storages; then each storage's bytes after their count of numbers.
 */
export function readLegacyFile(bytes: Uint8Array, where: string): PickleValue {
  const cursor = new ByteCursor(bytes, where);
  requireHeader(cursor);
  const storages = new Map<string, StoredNumbers>();
  const contents = new Map<string, Uint8Array>();
  const value = unpickle(cursor, meaning(where, storages, contents));
  for (const key of storageKeys(cursor)) contents.set(key, takeStorage(cursor, key, storages.get(key)));
  if (cursor.position !== bytes.byteLength)
    throw new FormatError(where, `${bytes.byteLength - cursor.position} bytes after the last storage`);
  return value;
}

function requireHeader(cursor: ByteCursor): void {
  const inert = { where: cursor.where, lookUp: refuse(cursor), call: refuse(cursor), persistent: refuse(cursor) };
  if (unpickle(cursor, inert) !== MAGIC)
    throw new FormatError(
      cursor.where,
      'neither a zip file nor the format of torch before 1.6: torch.save did not write it',
    );
  const protocol = unpickle(cursor, inert);
  if (protocol !== PROTOCOL)
    throw new FormatError(cursor.where, `torch.save's protocol is not ${PROTOCOL}, the one that is read`);
  const machine = unpickle(cursor, inert);
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    throw new FormatError(cursor.where, 'the byte order is not little, which is what is read');
}

function refuse({ where }: ByteCursor): () => never {
  return () => {
    throw new FormatError(where, 'the header of the file holds more than numbers');
  };
}

function meaning(
  where: string,
  storages: Map<string, StoredNumbers>,
  contents: ReadonlyMap<string, Uint8Array>,
): PickleMeaning {
  const read = ({ key }: { key: string }) => {
    const data = contents.get(key);
    return data ? Promise.resolve(data) : Promise.reject(new FormatError(`storage ${key}`, 'its bytes are missing'));
  };
  return {
    where,
    lookUp: (name) => lookUpName(where, name),
    call: (name, args) => callName(where, name, args),
    persistent: (id) => {
      const storage = persistentStorage(where, id, read);
      return remembered(storages, storage);
    },
  };
}

/** The storage that the key named before. @throws FormatError where it was declared otherwise */
function remembered(storages: Map<string, StoredNumbers>, storage: StoredNumbers): StoredNumbers {
  const { key, type, elements } = storage;
  const known = storages.get(key) ?? storage;
  storages.set(key, known);
  if (known.type === type && known.elements === elements) return known;
  throw new FormatError(`storage ${key}`, 'it is declared twice, and differently');
}

function storageKeys(cursor: ByteCursor): string[] {
  const refused = refuse(cursor);
  const keys = unpickle(cursor, { where: cursor.where, lookUp: refused, call: refused, persistent: refused });
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string') || new Set(keys).size !== keys.length)
    throw new FormatError(cursor.where, 'the list of storages is no list of different keys');
  return keys;
}

function takeStorage(cursor: ByteCursor, key: string, storage: StoredNumbers | undefined): Uint8Array {
  if (!storage) throw new FormatError(`storage ${key}`, 'bytes of a storage that no tensor has');
  const elements = cursor.uint64();
  if (!isSize(elements) || elements !== storage.elements)
    throw new FormatError(`storage ${key}`, `${elements} numbers where the tensors need ${storage.elements}`);
  return cursor.take(elements * elementBytes[storage.type]);
}
