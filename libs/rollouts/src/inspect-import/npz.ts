import { RolloutsError } from '../rollouts-error.ts';
import { listArchive, signature } from './archive.ts';
import { type ArchiveEntry, type Container } from './archive-entry.ts';
import { checkColumn, checkObservations } from './columns.ts';
import { type InspectedImport } from './import-format.ts';
import { dataBytes, NPY_HEAD_BYTES, type NpyHeader, parseNpyHeader } from './npy-header.ts';

/** Names of the keys, as in python/importers/npz.py. */
const KEYS = {
  frames: ['frames', 'observations', 'obs'],
  actions: ['actions'],
  rewards: ['rewards'],
  terminated: ['terminated', 'terminations', 'terminals', 'dones'],
  truncated: ['truncated', 'truncations', 'timeouts'],
  starts: ['episode_starts'],
} as const;

/** @throws RolloutsError naming the array */
export async function inspectNpz(container: Container): Promise<InspectedImport> {
  if ((await signature(container, 2)) !== 'PK')
    throw new RolloutsError('file: is no zip archive, which an npz file is');
  const { entries } = await listArchive(container, () => false);
  const find = (names: readonly string[]) => names.map((name) => `${name}.npy`).find((name) => entries.has(name));
  const required = (names: readonly string[]) => {
    const name = find(names);
    if (name) return name;
    const has = [...entries.keys()].slice(0, 20).join(', ');
    throw new RolloutsError(`${names[0]}.npy: missing; the file has ${has || 'nothing'}`);
  };
  const frames = required(KEYS.frames);
  const columns = [required(KEYS.actions), required(KEYS.rewards), find(KEYS.terminated), find(KEYS.truncated)];
  const starts = find(KEYS.starts);
  if (!find(KEYS.terminated) && !starts) {
    throw new RolloutsError(
      'terminated.npy: missing, and so is episode_starts.npy: nothing says where an episode ends',
    );
  }
  const header = await readHeader(frames, entries);
  const steps = checkObservations(frames, header, 3);
  for (const name of columns) if (name) checkColumn(name, await readHeader(name, entries), steps);
  if (starts) await readHeader(starts, entries);
  return { frames: steps, observation: header.shape.slice(1) };
}

async function readHeader(name: string, entries: Map<string, ArchiveEntry>): Promise<NpyHeader> {
  const entry = entries.get(name) as ArchiveEntry;
  const header = parseNpyHeader(name, await entry.head(NPY_HEAD_BYTES));
  if (header.headerBytes + dataBytes(header) !== entry.size) {
    throw new RolloutsError(`${name}: ${entry.size} bytes are not what its shape (${header.shape.join(', ')}) takes`);
  }
  return header;
}
