import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createRolloutsWriter,
  type NewLabelsAttributes,
  openLabels,
  openLabelsWriter,
  openRollouts,
  startReadAhead,
} from '../libs/rollouts/src/index.ts';
import { findZarrPython, runPython } from './python.ts';

const python = await findZarrPython();

const STEPS = 300;
const attributes = {
  game: 'pong',
  actions: ['NOOP', 'RIGHT', 'LEFT'],
  observation: { game: 'pong', stack: 4 },
  contract_hash: 'c0ffee',
  teacher: null,
  acting: 'greedy' as const,
  seed: 3,
  versions: { ale_py: '0.12.1' },
};

test.runIf(python)('zarr-python opens a rollouts file in one line and reads what was recorded', async () => {
  const path = await writeTwoEpisodes();
  const report = JSON.parse(
    await runPython(
      python!,
      `import json, sys, zarr
play = zarr.open_group(zarr.storage.ZipStore(sys.argv[1], mode="r"), mode="r")
print(json.dumps({
  "types": {name: [str(array.dtype), *array.shape] for name, array in sorted(play.arrays())},
  "attributes": dict(play.attrs), "starts": play["episode_starts"][:].tolist(),
  "terminated": play["terminated"][:].tolist(), "actions": play["actions"][297:303].tolist(),
  "rewards": play["rewards"][297:303].tolist(), "pixels": play["frames"][255:257, 1, 2].tolist(),
  "sum": int(play["frames"][:].astype("int64").sum()),
}))`,
      path,
    ),
  ) as unknown;
  expect(report).toEqual({
    types: {
      actions: ['uint8', 2 * STEPS],
      episode_starts: ['int32', 2],
      frames: ['uint8', 2 * STEPS, 4, 6],
      rewards: ['float32', 2 * STEPS],
      terminated: ['bool', 2],
    },
    attributes: { format_version: 1, ...attributes },
    starts: [0, STEPS],
    terminated: [true, false],
    actions: [0, 1, 2, 0, 1, 2],
    rewards: [297.5, 298.5, 299.5, 0.5, 1.5, 2.5],
    pixels: [pixel(255, 8), pixel(256, 8)],
    sum: 2 * sumOfPixels(),
  });
});

test.runIf(python)('rollouts that zarr-python wrote are read', async () => {
  const path = await newPath();
  await runPython(
    python!,
    `import json, sys, warnings, numpy as np, zarr
warnings.simplefilter("ignore")
zarr.config.set({"array.write_empty_chunks": True})
with zarr.storage.ZipStore(sys.argv[1], mode="w") as store:
    play = zarr.create_group(store, attributes=json.loads(sys.argv[2]))
    frames = np.arange(10 * 4 * 6, dtype="uint8").reshape(10, 4, 6)
    play.create_array("frames", data=frames, chunks=(3, 4, 6))
    play.create_array("actions", data=np.arange(10, dtype="uint8") % 3)
    play.create_array("rewards", data=np.ones(10, dtype="float32"))
    play.create_array("episode_starts", data=np.array([0, 4], dtype="int32"))
    play.create_array("terminated", data=np.array([True, False]))
`,
    path,
    JSON.stringify({ format_version: 1, ...attributes }),
  );
  const rollouts = await openRollouts(path);
  expect(rollouts.episodes).toEqual([
    { start: 0, end: 4, return: 4, terminated: true },
    { start: 4, end: 10, return: 6, terminated: false },
  ]);
  const { data } = await rollouts.loadFrames();
  expect([...data.subarray(0, 240)]).toEqual(Array.from({ length: 240 }, (_, index) => index));
});

test.runIf(python).each([
  { kind: 'vjp' as const, count: 2, precision: 'int8' as const },
  { kind: 'vjp' as const, count: 2, precision: 'f16' as const },
])('zarr-python opens a labels file in one line: $precision', async (projections) => {
  const path = await newPath();
  await writeLabels(path, { ...labels, projections });
  const report = JSON.parse(
    await runPython(
      python!,
      `import json, sys, numpy as np, zarr
labels = zarr.open_group(zarr.storage.ZipStore(sys.argv[1], mode="r"), mode="r")
frame = labels["vjp"][299].astype("float32") * labels["vjp_scales"][299][:, None, None, None]
print(json.dumps({
  "types": {name: [str(array.dtype), *array.shape] for name, array in sorted(labels.arrays())},
  "attributes": dict(labels.attrs), "log_probs": labels["log_probs"][299].tolist(),
  "directions": labels["vjp_directions"][299].tolist(), "frame": frame.ravel().tolist(),
}))`,
      path,
    ),
  ) as { frame: number[] };
  expect(report).toMatchObject({
    types: {
      log_probs: ['float32', STEPS, 3],
      vjp: [projections.precision === 'int8' ? 'int8' : 'float16', STEPS, 2, 4, 6, 2],
      vjp_directions: ['float32', STEPS, 2, 3],
      vjp_scales: ['float32', STEPS, 2],
    },
    attributes: { format_version: 1, kind: 'labels', ...labels, projections },
    log_probs: [299, 0, 0],
    directions: [
      [0, 299, 0],
      [0, 0, 299],
    ],
  });
  const thread = startReadAhead(await openLabels(path), { batchSize: 2, slots: 1 });
  const { pullBack } = await thread.read(Int32Array.of(299, 299), Int32Array.of(0, 1));
  expect(report.frame).toEqual([...pullBack]);
  await thread.close();
});

test.runIf(python)('zarr-python reads derivatives along pixel directions, and their basis', async () => {
  const path = await newPath();
  const projections = { kind: 'jvp' as const, count: 2, directions: 'principal-components', precision: 'f16' as const };
  await writeLabels(path, { ...labels, projections });
  const script = `import json, sys, zarr
labels = zarr.open_group(zarr.storage.ZipStore(sys.argv[1], mode="r"), mode="r")
basis = labels["basis"]
print(json.dumps([labels["jvp"][299].tolist(), list(basis.shape), basis[8].ravel()[:2].tolist()]))`;
  const read: unknown = JSON.parse(await runPython(python!, script, path));
  const jvp = [
    [0, 299, 0],
    [0, 0, 299],
  ];
  expect(read).toEqual([jvp, [9, 4, 6, 2], [1, 0]]);
});

const labels: NewLabelsAttributes = {
  teacher_sha256: 'a'.repeat(64),
  rollouts_sha256: 'b'.repeat(64),
  contract_hash: 'c0ffee',
  frames: STEPS,
  actions: 3,
  observation: [4, 6, 2],
  of: 'log-policy',
  projections: { kind: 'none' },
  directions_version: 1,
  seed: 3,
  versions: {},
};

/** Frame f says f, in another action for each kind of thing. */
async function writeLabels(path: string, attributes: NewLabelsAttributes): Promise<void> {
  const writer = await openLabelsWriter(path, attributes);
  if (attributes.projections.kind === 'jvp') {
    await writer.putBasis(Float32Array.from({ length: 9 * 48 }, (_, i) => (i % 48 === 0 ? 1 : 0)));
  }
  while (writer.done() < STEPS) {
    const frames = Array.from(
      { length: Math.min(writer.framesPerBlock, STEPS - writer.done()) },
      (_, i) => writer.done() + i,
    );
    const directions = Float32Array.from(frames.flatMap((f) => [0, f, 0, 0, 0, f]));
    const projections = Float32Array.from({ length: frames.length * 96 }, (_, i) => Math.sin(i));
    const logProbs = Float32Array.from(frames.flatMap((f) => [f, 0, 0]));
    await writer.append({ logProbs, vjp: { directions, projections }, jvp: directions });
  }
  await writer.seal();
}

async function writeTwoEpisodes(): Promise<string> {
  const path = await newPath();
  const writer = await createRolloutsWriter(path, attributes);
  for (const terminated of [true, false]) {
    await writer.appendEpisode({
      frames: Uint8Array.from({ length: STEPS * 24 }, (_, index) => pixel(Math.floor(index / 24), index % 24)),
      height: 4,
      width: 6,
      actions: Uint8Array.from({ length: STEPS }, (_, index) => index % 3),
      rewards: Float32Array.from({ length: STEPS }, (_, index) => index + 0.5),
      terminated,
    });
  }
  await writer.seal();
  return path;
}

function pixel(frame: number, place: number): number {
  return (frame * 31 + place * 7) % 256;
}

function sumOfPixels(): number {
  let sum = 0;
  for (let frame = 0; frame < STEPS; frame++) for (let place = 0; place < 24; place++) sum += pixel(frame, place);
  return sum;
}

async function newPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'rollouts-')), 'play.zarr.zip');
}
