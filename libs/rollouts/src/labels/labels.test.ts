import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { changedJson, forge, listEntries, newPath } from '../rollouts.fixture.ts';
import { crc32c } from './crc32c.ts';
import { HALVES, toHalf } from './half.mjs';
import { ACTIONS, appendAll, blockAt, FRAMES, labelsAttributes, SIZE, values, writeLabels } from './labels.fixture.ts';
import { openLabels } from './labels.ts';
import { startReadAhead } from './read-ahead.ts';
import { openLabelsWriter } from './writer.ts';

const vjp = (precision: 'int8' | 'f16', count = 2) =>
  labelsAttributes({ projections: { kind: 'vjp', count, precision } });
const jvp = (precision: 'f32' | 'f16', count = 2, rest = {}) =>
  labelsAttributes({ projections: { kind: 'jvp', count, directions: 'patch', precision }, ...rest });

/** Projection k of each of these frames, as training gets it. */
async function readBack(path: string, frames: number[], k: number) {
  const thread = startReadAhead(await openLabels(path), { batchSize: frames.length, slots: 1 });
  const { pullBack, squaredNorms, directions } = await thread.read(
    Int32Array.from(frames),
    new Int32Array(frames.length).fill(k),
  );
  await thread.close();
  return { pullBack, squaredNorms, directions };
}

test('log-probabilities are read back as they were, of all frames or of the first', async () => {
  const path = await newPath();
  const sealed = await writeLabels(path, labelsAttributes());
  const labels = await openLabels(path);
  const logProbs = await labels.loadLogProbs();
  expect(logProbs.length).toBe(FRAMES * ACTIONS);
  for (const frame of [0, 255, 256, 299]) {
    expect(logProbs.slice(frame * ACTIONS, (frame + 1) * ACTIONS)).toEqual(values(frame, ACTIONS, 1));
  }
  expect(await labels.loadLogProbs(257)).toEqual(logProbs.slice(0, 257 * ACTIONS));
  expect(sealed).toMatchObject({ frames: FRAMES, bytes: readFileSync(path).length });
  expect(labels.projections).toBeNull();
});

test.each([
  ['int8', 0.5 / 127],
  ['f16', 2 ** -11],
] as const)('a projection in %s comes back to within %f of its largest value', async (precision, tolerance) => {
  const path = await newPath();
  await writeLabels(path, vjp(precision));
  const frames = [0, 17, 255, 256, 299];
  for (const k of [0, 1]) {
    const { pullBack, squaredNorms, directions } = await readBack(path, frames, k);
    for (const [b, frame] of frames.entries()) {
      const exact = values(frame, 2 * SIZE, 3).subarray(k * SIZE, (k + 1) * SIZE);
      const most = exact.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      const own = pullBack.subarray(b * SIZE, (b + 1) * SIZE);
      own.forEach((value, i) => expect(Math.abs(value - exact[i]!)).toBeLessThanOrEqual(1.0001 * tolerance * most));
      const squares = own.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(squaredNorms[b]! / squares - 1)).toBeLessThan(1e-6);
      const v = values(frame, 2 * ACTIONS, 2).slice(k * ACTIONS, (k + 1) * ACTIONS);
      expect(directions.slice(b * ACTIONS, (b + 1) * ACTIONS)).toEqual(v);
    }
  }
});

test('a projection that is zero everywhere stays so', async () => {
  const path = await newPath();
  const attributes = { ...vjp('int8', 1), frames: 1 };
  const writer = await openLabelsWriter(path, attributes);
  const directions = Float32Array.of(1, 0, 0);
  await writer.append({ logProbs: new Float32Array(3), vjp: { directions, projections: new Float32Array(SIZE) } });
  await writer.seal();
  const { pullBack, squaredNorms } = await readBack(path, [0], 0);
  expect(new Set([...pullBack, ...squaredNorms])).toEqual(new Set([0]));
});

test('derivatives along pixel directions come back exactly in f32 and to 2⁻¹¹ in f16', async () => {
  const [exact, half] = [await newPath(), await newPath()];
  await writeLabels(exact, jvp('f32'));
  await writeLabels(half, jvp('f16'));
  const [a, b] = [await (await openLabels(exact)).loadJvp(), await (await openLabels(half)).loadJvp(280)];
  expect(a.slice(299 * 2 * ACTIONS)).toEqual(values(299, 2 * ACTIONS, 4));
  expect(b.length).toBe(280 * 2 * ACTIONS);
  b.forEach((value, i) => expect(Math.abs(value - a[i]!)).toBeLessThanOrEqual(2 ** -11 * Math.abs(a[i]!) + 2 ** -25));
});

test('16 directions of a game of 6 actions take at most 600 bytes a frame, though nothing packs', async () => {
  const frames = 2048;
  const { bytes } = await writeLabels(await newPath(), jvp('f32', 16, { frames, actions: 6 }));
  expect(bytes / frames).toBeLessThan(600);
});

test.each([vjp('int8', 3), vjp('f16'), jvp('f32'), labelsAttributes()])(
  'interrupted and resumed, the file is the same bit for bit: %#',
  async (attributes) => {
    const [whole, resumed] = [await newPath(), await newPath()];
    const first = await writeLabels(whole, attributes);
    const interrupted = await openLabelsWriter(resumed, attributes);
    await interrupted.append(blockAt(interrupted, attributes));
    // A part that was being written when the power went.
    writeFileSync(`${resumed}.partial/log_probs.c.1.0.new`, 'torn');
    const writer = await openLabelsWriter(resumed, attributes);
    expect(writer.done()).toBe(256);
    expect(await appendAll(writer, attributes)).toEqual(first);
    expect(readFileSync(resumed).equals(readFileSync(whole))).toBe(true);
    expect(readdirSync(dirname(resumed))).toEqual(['play.zarr.zip']);
  },
);

test('labels of another teacher begin anew where others were interrupted', async () => {
  const path = await newPath();
  const writer = await openLabelsWriter(path, labelsAttributes());
  await writer.append(blockAt(writer, labelsAttributes()));
  const other = await openLabelsWriter(path, labelsAttributes({ teacher_sha256: 'd'.repeat(64) }));
  expect(other.done()).toBe(0);
});

test('a file with frames missing is not sealed, and a discarded one leaves nothing behind', async () => {
  const path = await newPath();
  const writer = await openLabelsWriter(path, labelsAttributes());
  await writer.append(blockAt(writer, labelsAttributes()));
  await expect(writer.seal()).rejects.toThrow('256 of 300 frames');
  await writer.discard();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test('the directions of a basis are kept as they were given', async () => {
  const path = await newPath();
  const attributes = jvp('f32', 1);
  const writer = await openLabelsWriter(path, attributes);
  const given = values(0, 11 * SIZE, 9);
  const kept = given.map((value) => HALVES[toHalf(value)]!);
  expect(await writer.basis()).toBeNull();
  await writer.putBasis(given);
  expect(await (await openLabelsWriter(path, attributes)).basis()).toEqual(kept);
  await appendAll(writer, attributes);
  const basis = await (await openLabels(path)).loadBasis();
  expect(basis).toEqual({ shape: [11, 4, 6, 2], values: kept });
});

test('a bit flipped in any entry is found on opening, and the entry is named', async () => {
  const path = await newPath();
  await writeLabels(path, vjp('int8'));
  const whole = readFileSync(path);
  const entries = await listEntries(path);
  expect([...entries.keys()]).toContain('vjp/c/1/0/0/0/0');
  for (const [name, { start, content }] of entries) {
    const flipped = await newPath();
    const bytes = Buffer.from(whole);
    bytes[start + (content.length >> 1)]! ^= 4;
    writeFileSync(flipped, bytes);
    await expect(openLabels(flipped)).rejects.toThrow(`${name}: corrupt`);
  }
});

test('a shard whose checksum was forged is named when its index or a projection is damaged', async () => {
  const path = await newPath();
  await writeLabels(path, vjp('int8'));
  const name = 'vjp/c/0/0/0/0/0';
  const content = (await listEntries(path)).get(name)!.content;
  const forged = async (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(content);
    change(bytes);
    return openLabels(await forge(path, { [name]: bytes }));
  };
  await expect(forged((bytes) => (bytes[bytes.length - 30]! ^= 1))).rejects.toThrow(`${name}: corrupt, the checksum`);
  await expect(forged((bytes) => bytes.fill(0, 0, 10))).rejects.toThrow(`${name}: its item 0 is not`);
  await expect(openLabels(await forge(path, { [name]: content.subarray(0, 100) }))).rejects.toThrow('hold no index');
});

test.each([
  ['vjp/zarr.json', (json: { shape: number[] }) => (json.shape[1] = 3), 'vjp/zarr.json: is not the array'],
  ['log_probs/zarr.json', (json: { shape: number[] }) => (json.shape[0] = 299), 'log_probs/zarr.json: length is 299'],
])('a file whose %s is not what its attributes say is refused', async (name, change, message) => {
  const path = await newPath();
  await writeLabels(path, vjp('int8'));
  const forged = await forge(path, { [name]: await changedJson(path, name, change) });
  await expect(openLabels(forged)).rejects.toThrow(message);
});

test('what does not fit, is not finite or exceeds f16 is refused', async () => {
  const attributes = jvp('f16');
  const writer = await openLabelsWriter(await newPath(), attributes);
  const block = blockAt(writer, attributes);
  await expect(writer.append({ ...block, jvp: undefined })).rejects.toThrow('jvp: no numbers for 256 frames of 6');
  await expect(writer.append({ ...block, logProbs: new Float32Array(9) })).rejects.toThrow('log_probs: 9 numbers');
  await expect(writer.append({ ...block, jvp: block.jvp!.fill(70_000) })).rejects.toThrow('70000 is more than f16');
  const projections = await openLabelsWriter(await newPath(), vjp('int8'));
  const bad = blockAt(projections, vjp('int8'));
  bad.vjp!.projections[50] = NaN;
  await expect(projections.append(bad)).rejects.toThrow('not finite');
});

test('a projection that is not there is refused', async () => {
  const path = await newPath();
  await writeLabels(path, vjp('int8'));
  const thread = startReadAhead(await openLabels(path), { batchSize: 2, slots: 1 });
  await expect(thread.read(Int32Array.of(300), Int32Array.of(0))).rejects.toThrow('no projection 0 of frame 300');
  await expect(thread.read(new Int32Array(3), new Int32Array(3))).rejects.toThrow('3 are more than 2');
  await thread.close();
});

test("crc32c is RFC 3720's", () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
});

test('a half is the nearest of all halves, and every half stays itself', () => {
  const changed = [...HALVES.keys()].filter((bits) => !Number.isNaN(HALVES[bits]) && toHalf(HALVES[bits]!) !== bits);
  expect(changed).toEqual([]);
  const finite = HALVES.filter(Number.isFinite).toSorted();
  for (let i = 1; i < finite.length; i += 61) {
    const [below, above] = [finite[i - 1]!, finite[i]!];
    expect(HALVES[toHalf(below + 0.49 * (above - below))]).toBe(below);
    expect(HALVES[toHalf(below + 0.51 * (above - below))]).toBe(above);
    // A tie goes to the even one.
    if (below !== above) expect(toHalf((below + above) / 2) & 1).toBe(0);
  }
  expect([65_519, 65_520, -1e9, NaN].map((value) => HALVES[toHalf(value)])).toEqual([65_504, Infinity, -Infinity, NaN]);
});
