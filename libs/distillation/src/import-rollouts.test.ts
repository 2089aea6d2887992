import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportError } from '@distiller/arcade';
import { gatherObservations, openRollouts } from '@distiller/rollouts';
import { describe, expect, test } from 'vitest';
import { writeHostileFiles } from '../../../test/hostile-files.ts';
import { findArcadePython, runPython } from '../../../test/python.ts';
import { importRollouts, type ImportRolloutsEvent } from './import-rollouts.ts';
import { checkImport, contractHash, ImportSpec, inspectRollouts, SpecError } from './spec/index.ts';

const python = await findArcadePython();
const EXAMPLES = fileURLToPath(new URL('../../../test/reference/formats/rollouts', import.meta.url));
const spec = ImportSpec.parse({
  kind: 'import',
  name: 'breakout-elsewhere',
  format: 'npz',
  file: { upload: 'u1' },
  observation: { game: 'breakout', frame_skip: 20, sticky_action_probability: 0.25 },
});

describe.runIf(python)('importing rollouts', () => {
  test('stacked again, the rollouts are the stacked observations of the file, byte for byte', async () => {
    const { files, events } = await importing(join(EXAMPLES, 'stacked.npz'));
    const rollouts = await openRollouts(files.target);
    const frames = await rollouts.loadFrames();
    const script = `import hashlib, sys, numpy
print(hashlib.sha256(numpy.load(sys.argv[1])["observations"].tobytes()).hexdigest())`;
    const indices = Array.from({ length: rollouts.frameCount }, (_, index) => index);
    const stacked = gatherObservations(frames, indices, { stack: 4 });
    expect(sha256(stacked)).toBe(await runPython(python!, script, files.source));
    expect(events.at(-1)).toMatchObject({ type: 'finished', rollouts: { frames: 111, episodes: 3 } });
  });

  test('the file that they come from, its bytes and its contract stand in them', async () => {
    const { files, events } = await importing(join(EXAMPLES, 'frames.npz'));
    const digest = sha256(await readFile(files.source));
    const { attributes } = await openRollouts(files.target);
    expect(attributes).toMatchObject({ teacher: null, acting: 'unknown', seed: null });
    expect(attributes.source).toMatchObject({ format: 'npz', name: 'play.npz', sha256: digest });
    expect(events.at(-1)).toMatchObject({ sourceSha256: digest });
    expect(await inspectRollouts(files.target)).toMatchObject({
      frames: 111,
      episodes: 3,
      contractHash: contractHash(spec.observation),
    });
  });

  test('progress goes to the end, and counts what is left in seconds', async () => {
    const { events } = await importing(join(EXAMPLES, 'frames.npz'));
    const progress = events.filter((event) => event.type === 'progress');
    expect(progress.map(({ done }) => done)).toEqual([...progress.map(({ done }) => done)].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ done: 111, total: 111, secondsLeft: 0 });
  });

  test('a file that is refused at its end leaves nothing behind', async () => {
    const { directory } = await writeHostileFiles(python!);
    const target = await newTarget();
    const source = join(directory, 'flipped.npz');
    const run = importRollouts(spec, { source, sourceName: 'flipped.npz', target, scratch: join(target, '..') });
    await expect(drain(run)).rejects.toThrow(ImportError);
    expect(await readdir(join(target, '..'))).toEqual([]);
  });

  test('an import that nobody listens to any more leaves nothing behind', async () => {
    const target = await newTarget();
    const source = join(EXAMPLES, 'frames.npz');
    const files = { source, sourceName: 'play.npz', target, scratch: join(target, '..') };
    for await (const event of importRollouts(spec, files)) if (event.type === 'progress' && event.done > 40) break;
    expect(await readdir(join(target, '..'))).toEqual([]);
  });
});

test('a look at the file names the field of the request', async () => {
  const looking = checkImport(spec, join(EXAMPLES, 'golden.json'));
  await expect(looking).rejects.toThrow(SpecError);
  await expect(looking).rejects.toMatchObject({ code: 'import_invalid', pointer: '/file' });
  expect(await checkImport(spec, join(EXAMPLES, 'frames.npz'))).toEqual({ frames: 111, observation: [84, 84] });
});

test('formats are named; what the contract leaves out has its default', () => {
  expect(ImportSpec.safeParse({ ...spec, format: 'video' }).success).toBe(false);
  expect(spec.observation).toMatchObject({ height: 84, width: 84, stack: 4, stack_padding: 'zero' });
});

async function newTarget(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'imported-')), 'play.zarr.zip');
}

async function importing(source: string) {
  const files = { source, sourceName: 'play.npz', target: await newTarget() };
  return { files, events: await drain(importRollouts(spec, files)) };
}

async function drain(run: AsyncGenerator<ImportRolloutsEvent>): Promise<ImportRolloutsEvent[]> {
  const events: ImportRolloutsEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
