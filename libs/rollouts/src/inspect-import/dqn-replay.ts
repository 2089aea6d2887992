import { constants, gunzipSync } from 'node:zlib';
import { RolloutsError } from '../rollouts-error.ts';
import { listArchive } from './archive.ts';
import { type ArchiveEntry, checkRatio, type Container } from './archive-entry.ts';
import { checkColumn, checkObservations } from './columns.ts';
import { type InspectedImport } from './import-format.ts';
import { dataBytes, NPY_HEAD_BYTES, type NpyHeader, parseNpyHeader } from './npy-header.ts';

const STORES = ['observation', 'action', 'reward', 'terminal'] as const;
const NAME = /^(?:.*\/)?\$store\$_(observation|action|reward|terminal)_ckpt\.(\d+)\.gz$/;
/** Packed bytes that hold at least the header. */
const PACKED_HEAD_BYTES = 4096;

/** @throws RolloutsError naming the store */
export async function inspectDqnReplay(container: Container): Promise<InspectedImport> {
  const { entries, whole } = await listArchive(container, (name) => NAME.test(name));
  const stores = findStores(entries);
  const headers = new Map<string, NpyHeader>();
  for (const [store, name] of stores) headers.set(store, await readHeader(name, entries));
  const missing = STORES.find((store) => !stores.has(store));
  if (missing && whole) throw new RolloutsError(`$store$_${missing}_ckpt.N.gz: missing`);
  const observation = headers.get('observation');
  if (!observation) return { frames: null, observation: null };
  const steps = checkObservations(stores.get('observation') as string, observation, 3);
  for (const store of STORES.slice(1)) {
    const header = headers.get(store);
    if (header) checkColumn(stores.get(store) as string, header, steps);
  }
  return { frames: steps, observation: observation.shape.slice(1) };
}

function findStores(entries: Map<string, ArchiveEntry>): Map<string, string> {
  const stores = new Map<string, string>();
  for (const name of entries.keys()) {
    const store = NAME.exec(name)?.[1];
    if (store === undefined) continue;
    const other = stores.get(store);
    if (other !== undefined) throw new RolloutsError(`${name}: is a second ${store}, beside ${other}`);
    stores.set(store, name);
  }
  return stores;
}

async function readHeader(name: string, entries: Map<string, ArchiveEntry>): Promise<NpyHeader> {
  const entry = entries.get(name) as ArchiveEntry;
  const unpacked = gunzipHead(name, await entry.head(PACKED_HEAD_BYTES));
  const header = parseNpyHeader(name, unpacked.subarray(0, NPY_HEAD_BYTES));
  checkRatio(name, dataBytes(header), entry.size);
  return header;
}

function gunzipHead(name: string, packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw new RolloutsError(`${name}: is no gzip file, or a damaged one`, { cause });
  }
}
