import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { writeHostileFiles } from '../../../../test/hostile-files.ts';
import { findArcadePython } from '../../../../test/python.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { type ImportFormat } from './import-format.ts';
import { inspectImport } from './inspect-import.ts';

const python = await findArcadePython();
const EXAMPLES = fileURLToPath(new URL('../../../../test/reference/formats/rollouts', import.meta.url));

test.each<[ImportFormat, string, number | null, number[] | null]>([
  ['npz', 'frames.npz', 111, [84, 84]],
  ['npz', 'stacked.npz', 111, [84, 84, 4]],
  ['npz', 'colour.npz', 20, [210, 160, 3]],
  ['minari', 'minari-colour.tar.gz', 84, null],
  ['minari', 'minari-stacked.zip', 50, null],
  ['minari', 'minari-jpeg.hdf5', null, null],
  ['dqn-replay', 'dqn-replay.zip', 114, [84, 84]],
  ['dqn-replay', 'dqn-replay.tar', 75, [84, 84]],
])('%s: the headers of %s say how much is in it', async (format, name, frames, observation) => {
  expect(await inspectImport(format, join(EXAMPLES, name))).toEqual({ frames, observation });
});

test.runIf(python)('what headers give away is refused by name, without Python; nothing else is', async () => {
  const { directory, files } = await writeHostileFiles(python!);
  const outcomes = await Promise.all(
    files.map(async ({ file, format, where, looks }) => {
      const error: unknown = await inspectImport(format, join(directory, file)).catch((reason: unknown) => reason);
      if (!looks) return error instanceof Error ? `${file}: ${error.message}` : null;
      const isRefused = error instanceof RolloutsError && (where === 'file' || error.message.includes(where));
      return isRefused ? null : `${file}: ${String(error)}`;
    }),
  );
  expect(outcomes.filter(Boolean)).toEqual([]);
  expect(files.length).toBeGreaterThan(80);
});

test('a file cut anywhere is refused or looks as it did, and never breaks the inspection', async () => {
  const names: [ImportFormat, string][] = [
    ['npz', 'frames.npz'],
    ['minari', 'minari-stacked.zip'],
    ['dqn-replay', 'dqn-replay.tar'],
  ];
  for (const [format, name] of names) {
    const whole = await readFile(join(EXAMPLES, name));
    const sound = await inspectImport(format, join(EXAMPLES, name));
    const path = join(await mkdtemp(join(tmpdir(), 'cut-')), name);
    for (let part = 0; part < 40; part++) {
      await writeFile(path, whole.subarray(0, Math.floor((whole.length * part) / 40)));
      const outcome: unknown = await inspectImport(format, path).catch((reason: unknown) => reason);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RolloutsError);
      else expect(outcome).toEqual(sound);
    }
  }
});

test('of a packed tar file that goes on and on, only the beginning is looked at', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'long-')), 'long.tar.gz');
  const noise = Buffer.from(
    Array.from({ length: 1 << 16 }, (_, index) => (index < 1000 ? Math.imul(index, 2654435761) >>> 24 : 0)),
  );
  const entry = tarEntry('data/other.bin', Buffer.concat(Array<Buffer>(80 * 16).fill(noise)));
  await writeFile(path, gzipSync(Buffer.concat([entry, tarEntry('../evil', Buffer.alloc(9))]), { level: 1 }));
  expect(await inspectImport('minari', path)).toEqual({ frames: null, observation: null });
});

/** ustar header and content. */
function tarEntry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
