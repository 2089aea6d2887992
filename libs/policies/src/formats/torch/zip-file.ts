import { type Archive, openArchive } from '../archive.ts';
import { FormatError } from '../imported.ts';
import { ByteCursor } from '../pickle/byte-cursor.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { type PickleValue } from '../pickle/values.ts';
import { callName, lookUpName, persistentStorage } from './allowed-names.ts';
import { elementBytes } from './element-types.ts';
import { type StoredNumbers } from './torch-objects.ts';

/** A description of a tensor takes 200 bytes. */
const MAX_PICKLE_BYTES = 16_000_000;

/** torch's zip format: `<name>/data.pkl` describes the object, `<name>/data/<key>` holds the bytes of each storage. */
export async function readZipFile(bytes: Uint8Array, name: string): Promise<PickleValue> {
  const archive = await openArchive(bytes, name);
  const folder = rootFolder(archive, name);
  await requireLittleEndian(archive, folder);
  const where = `${folder}data.pkl`;
  const cursor = new ByteCursor(await archive.read(where, MAX_PICKLE_BYTES), where);
  const readBytes = (storage: Storage) => readStorage(archive, folder, storage);
  return unpickle(cursor, {
    where,
    lookUp: (global) => lookUpName(where, global),
    call: (global, args) => callName(where, global, args),
    persistent: (id) => persistentStorage(where, id, readBytes),
  });
}

type Storage = Pick<StoredNumbers, 'key' | 'type' | 'elements'>;

function rootFolder({ names }: Archive, name: string): string {
  const folders = names.flatMap((entry) => /^([^/]+\/)data\.pkl$/.exec(entry)?.[1] ?? []);
  if (folders.length !== 1) throw new FormatError(name, 'the zip file has no data.pkl, so torch.save did not write it');
  const folder = folders[0]!;
  if (names.includes(`${folder}constants.pkl`))
    throw new FormatError(`${folder}constants.pkl`, 'a TorchScript program: save model.state_dict() with torch.save');
  return folder;
}

async function requireLittleEndian(archive: Archive, folder: string): Promise<void> {
  const entry = `${folder}byteorder`;
  if (!archive.names.includes(entry)) return;
  const order = new TextDecoder().decode((await archive.read(entry)).subarray(0, 16)).trim();
  if (order !== 'little') throw new FormatError(entry, `the byte order is '${order}'; little is read`);
}

async function readStorage(archive: Archive, folder: string, { key, type, elements }: Storage): Promise<Uint8Array> {
  const entry = `${folder}data/${key}`;
  const data = await archive.read(entry);
  const declared = elements * elementBytes[type];
  if (data.byteLength === declared) return data;
  throw new FormatError(entry, `the storage declares ${declared} bytes and has ${data.byteLength}`);
}
