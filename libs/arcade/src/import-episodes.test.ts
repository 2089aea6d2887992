import { createHash, randomUUID } from 'node:crypto';
import { readFile, mkdtemp, readdir } from 'node:fs/promises';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type HostileFile, writeHostileFiles } from '../../../test/hostile-files.ts';
import { processesWith, waitUntil } from '../../../test/processes.ts';
import { findArcadePython, runPython } from '../../../test/python.ts';
import { ArcadeError, ImportError } from './arcade-error.ts';
import { importEpisodes, type ImportEpisodesOptions, type ImportEvent } from './import-episodes.ts';
import { type RecordedEpisode } from './record.ts';

const python = await findArcadePython();
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLES = at('../../../test/reference/formats/rollouts');
const IMPORTERS = at('../python');
const TRY_IMPORTS = at('../../../test/formats/try_imports.py');

const CONTRACT = {
  game: 'breakout',
  frame_skip: 20,
  max_pool_last: 2,
  grey: 'ale',
  resize: 'area',
  height: 84,
  width: 84,
  stack: 4,
  stack_order: 'oldest_first',
  stack_padding: 'zero',
  sticky_action_probability: 0.25,
  action_set: 'minimal',
};
// Gymnasium's FrameStackObservation begins with the first frame repeated.
const REPEATED = { ...CONTRACT, stack_padding: 'repeat' };

interface Golden {
  steps: number;
  terminated: boolean;
  frames_sha256: string;
  actions: number[];
  rewards: number[];
}
const golden = JSON.parse(await readFile(join(EXAMPLES, 'golden.json'), 'utf8')) as Record<string, Golden[]>;

describe.runIf(python)('importing', () => {
  test.each([
    ['minari-colour.tar.gz', 'minari', CONTRACT],
    ['minari-jpeg.hdf5', 'minari', CONTRACT],
    ['minari-stacked.zip', 'minari', REPEATED],
    ['frames.npz', 'npz', CONTRACT],
    ['stacked.npz', 'npz', CONTRACT],
    ['colour.npz', 'npz', CONTRACT],
    ['dqn-replay.zip', 'dqn-replay', CONTRACT],
    ['dqn-replay.tar', 'dqn-replay', CONTRACT],
  ] as const)(
    '%s has the frames that the emulator showed, and all that was recorded with them',
    async (name, format, contract) => {
      const { episodes } = await readAll({ format, path: join(EXAMPLES, name), contract });
      expect(episodes.map(described)).toEqual(golden[name]);
    },
  );

  test('what a file cannot prove, or holds and is not read, is told', async () => {
    const colour = await readAll({
      format: 'minari',
      path: join(EXAMPLES, 'minari-colour.tar.gz'),
      contract: CONTRACT,
    });
    expect(colour.remarks.join()).toContain('did not pool');
    const jpeg = await readAll({ format: 'minari', path: join(EXAMPLES, 'minari-jpeg.hdf5'), contract: CONTRACT });
    expect(jpeg.remarks.join()).toMatch(/no env_spec.*JPEG/);
    const replay = await readAll({ format: 'dqn-replay', path: join(EXAMPLES, 'dqn-replay.zip'), contract: CONTRACT });
    expect(replay.remarks.join()).toContain('12 steps of an episode that began in the checkpoint before');
  });

  test('actions are named by the game, or by whoever asks, and then there are as many', async () => {
    const frames = { format: 'npz', path: join(EXAMPLES, 'frames.npz'), contract: CONTRACT } as const;
    expect((await readAll(frames)).actions).toEqual(['NOOP', 'FIRE', 'RIGHT', 'LEFT']);
    expect((await readAll({ ...frames, actions: ['a', 'b', 'c', 'd', 'e'] })).actions).toHaveLength(5);
    await expect(readAll({ ...frames, actions: ['a', 'b'] })).rejects.toThrow(/^actions.npy\[\d+\]: .* is no action/);
  });

  test('every file that is wrong is refused, by name and step', async () => {
    const { directory, files } = await writeHostileFiles(python!);
    const contract = { ...CONTRACT, frame_skip: 4 };
    const requests = files.map(({ file, format }) => JSON.stringify([format, join(directory, file), contract, 4]));
    const scratch = await mkdtemp(join(tmpdir(), 'scratch-'));
    const output = execFileSync(python!, [TRY_IMPORTS, IMPORTERS, scratch], {
      input: requests.join('\n'),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const said = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { where: string; message: string; index: number | null } | null);
    const wrong = files.filter((file, index) => !isAsExpected(file, said[index] ?? null));
    expect(wrong.map(({ file }) => [file, said[files.findIndex((other) => other.file === file)]])).toEqual([]);
    expect(said).toHaveLength(files.length);
  });

  test('an import that is refused half-way says where, and leaves no process and nothing unpacked', async () => {
    const { directory } = await writeHostileFiles(python!);
    const scratch = await mkdtemp(join(tmpdir(), 'scratch-'));
    const contract = { ...CONTRACT, frame_skip: 4 };
    const reading = readAll({ format: 'npz', path: join(directory, 'stack.npz'), contract, scratch });
    const error = await reading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ImportError);
    expect(error).toMatchObject({ where: 'frames.npy', index: 6 });
    expect(await readdir(scratch)).toEqual([]);
  });

  test('whoever stops listening ends the process; one that is killed is an error, not a wait', async () => {
    const options = { format: 'minari', path: join(EXAMPLES, 'minari-colour.tar.gz'), contract: CONTRACT } as const;
    const scratch = await mkdtemp(join(tmpdir(), 'scratch-'));
    const mark = markProcesses();
    for await (const event of importEpisodes({ ...options, scratch })) {
      if (event.type !== 'opened') break;
      expect(processesWith(mark)).toHaveLength(1);
      expect(await readdir(scratch)).toHaveLength(1);
    }
    expect(processesWith(mark)).toEqual([]);
    expect(await readdir(scratch)).toEqual([]);

    const killed = async () => {
      for await (const { type } of importEpisodes({ ...options, scratch })) {
        if (type === 'opened') process.kill(processesWith(mark)[0]!.pid, 'SIGKILL');
      }
    };
    await expect(killed()).rejects.toThrow(ArcadeError);
    await waitUntil(() => processesWith(mark).length === 0, 'the importer is still there');
    expect(await readdir(scratch)).toEqual([]);
    delete process.env['IMPORT_TEST'];
  });

  test.runIf(process.platform === 'linux')(
    'the process has 200 MB above what it starts with, and no more',
    async () => {
      const script = `import sys; sys.path.insert(0, sys.argv[1])
import cv2, h5py, numpy
from importers.limits import cap_memory
cap_memory()
held = bytearray(150 << 20)
try:
    bytearray(60 << 20)
    print('unbounded')
except MemoryError:
    print('bounded')`;
      expect(await runPython(python!, script, IMPORTERS)).toBe('bounded');

      const mark = markProcesses();
      const options = { format: 'npz', path: join(EXAMPLES, 'frames.npz'), contract: CONTRACT } as const;
      for await (const { type } of importEpisodes(options)) {
        expect(type).toBe('opened');
        const limits = await readFile(`/proc/${processesWith(mark)[0]!.pid}/limits`, 'utf8');
        expect(limits).toMatch(/Max address space +\d+ +\d+ +bytes/);
        break;
      }
      delete process.env['IMPORT_TEST'];
    },
  );

  test('a memory of more frames than the bound has room for is read', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'replay-')), 'replay.tar');
    const steps = 36_000;
    const { status, stderr } = spawnSync(python!, ['-c', LARGE_REPLAY, path, String(steps)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    let frames = 0;
    const sums = { read: 0, expected: 0 };
    const contract = { ...CONTRACT, stack: 1 };
    for await (const event of importEpisodes({ format: 'dqn-replay', path, contract })) {
      if (event.type !== 'episode') continue;
      for (let step = 0; step < event.episode.actions.length; step++) {
        sums.read += event.episode.frames[step * 84 * 84]!;
        sums.expected += (frames + step) % 251;
      }
      frames += event.episode.actions.length;
    }
    expect(frames).toBe(steps);
    expect(sums.read).toBe(sums.expected);
  });
});

/** 250 MB of frames; each begins with its number, and is noise enough that it is no bomb. */
const LARGE_REPLAY = `
import gzip, io, sys, tarfile
import numpy as np
steps = int(sys.argv[2])
noise = np.random.default_rng(0).integers(0, 256, 400, np.uint8)
def frames():
    for first in range(0, steps, 1000):
        block = np.zeros((1000, 84, 84), np.uint8)
        block[:, 1, :] = noise[:84]
        block[:, 2:4, :] = np.random.default_rng(first).integers(0, 256, (1000, 2, 84), np.uint8)
        block[:, 0, 0] = np.arange(first, first + 1000) % 251
        yield block.tobytes()
def header(shape, descr):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, dict(descr=descr, fortran_order=False, shape=shape))
    return out.getvalue()
terminal = (np.arange(steps) % 5000 == 4999).astype(np.uint8)
stores = dict(
    observation=(header((steps, 84, 84), '|u1'), frames()),
    action=(header((steps,), '<i4'), [np.zeros(steps, '<i4').tobytes()]),
    reward=(header((steps,), '<f4'), [np.ones(steps, '<f4').tobytes()]),
    terminal=(header((steps,), '|u1'), [terminal.tobytes()]))
with tarfile.open(sys.argv[1], 'w') as archive:
    for key, (head, blocks) in stores.items():
        out = io.BytesIO()
        with gzip.GzipFile(fileobj=out, mode='w', compresslevel=1) as packed:
            packed.write(head)
            for block in blocks: packed.write(block)
        entry = tarfile.TarInfo(f'$store$_{key}_ckpt.0.gz')
        entry.size = len(out.getvalue())
        archive.addfile(entry, io.BytesIO(out.getvalue()))
`;

async function readAll(options: ImportEpisodesOptions) {
  const events: ImportEvent[] = [];
  for await (const event of importEpisodes(options)) events.push(event);
  return {
    episodes: events.flatMap((event) => (event.type === 'episode' ? [event.episode] : [])),
    remarks: events.flatMap((event) => (event.type === 'remark' ? [event.remark] : [])),
    actions: events.flatMap((event) => (event.type === 'opened' ? event.actions : [])),
  };
}

function described({ frames, actions, rewards, terminated }: RecordedEpisode): Golden {
  return {
    steps: actions.length,
    terminated,
    frames_sha256: createHash('sha256').update(frames).digest('hex'),
    actions: [...actions],
    rewards: [...rewards],
  };
}

function isAsExpected(
  { where, index, says }: HostileFile,
  said: { where: string; message: string; index: number | null } | null,
): boolean {
  if (!said) return false;
  return (where === '' || said.where === where) && said.index === index && said.message.includes(says);
}

/** Processes that are started from now on can be found by it. */
function markProcesses(): string {
  const mark = randomUUID();
  process.env['IMPORT_TEST'] = mark;
  return mark;
}
