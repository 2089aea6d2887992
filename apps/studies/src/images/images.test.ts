import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cifar10 } from './cifar-10.ts';
import { digits } from './digits.ts';
import { type ImageBatch } from './image-set.ts';
import { imageNet } from './image-net.ts';
import { readRecords } from './records.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'images-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function all(batches: AsyncIterable<ImageBatch>): Promise<ImageBatch[]> {
  const list = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

describe('records', () => {
  test('planes one after another become channels of each pixel', () => {
    const { pixels, labels } = readRecords(Uint8Array.from([7, 1, 2, 3, 4, 5, 6]), [1, 2, 3]);
    expect([...labels]).toEqual([7]);
    expect([...pixels]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test('a file that ends within a record is refused', () => {
    expect(() => readRecords(new Uint8Array(8), [1, 2, 3])).toThrow('no whole number of records');
  });
});

test('the digits are ten classes of 14×14 pixels, training and test apart', async () => {
  const set = await digits();
  const [first] = await all(set.heldOut('test', 2000));
  expect(first!.labels.length).toBe(2000);
  expect(new Set(first!.labels).size).toBe(10);
  expect(first!.x.reduce((most, value) => Math.max(most, value))).toBe(1);
  const { labels } = await set.trainingBatch(50, { seed: 1, step: 1 });
  expect(labels.length).toBe(50);
});

describe('CIFAR-10', () => {
  /** Image i of a file is of class i, its pixels 10·file + i, and one bright pixel is in the middle of each plane. */
  const file = (number: number, images: number) =>
    Buffer.concat(
      Array.from({ length: images }, (_, i) => {
        const record = Buffer.alloc(3073, 10 * number + i);
        record[0] = i;
        for (let plane = 0; plane < 3; plane++) record[1 + 1024 * plane + 32 * 16 + 16] = 250 + plane;
        return record;
      }),
    );

  test('its binary files are read: five to train and tune on, one to test on', async () => {
    for (let number = 1; number <= 5; number++)
      writeFileSync(join(folder, `data_batch_${number}.bin`), file(number, 4));
    writeFileSync(join(folder, 'test_batch.bin'), file(6, 3));
    const set = await cifar10(folder);
    const [test, ...rest] = await all(set.heldOut('test', 10));
    expect(rest).toEqual([]);
    expect([...test!.labels]).toEqual([0, 1, 2]);
    expect(test!.x[0]).toBeCloseTo(60 / 255, 6);
    const middle = (32 * 16 + 16) * 3;
    expect([...test!.x.subarray(middle, middle + 3)].map((value) => Math.round(255 * value))).toEqual([250, 251, 252]);
    const [validation] = await all(set.heldOut('validation', 10));
    expect([...validation!.labels]).toEqual([2, 3]);
    expect(validation!.x[0]).toBeCloseTo(52 / 255, 6);
  });

  test('a training image is moved by at most four pixels, and the same for the same step', async () => {
    const set = await cifar10(folder);
    const { x, labels } = await set.trainingBatch(64, { seed: 1, step: 3 });
    expect(await set.trainingBatch(64, { seed: 1, step: 3 })).toEqual({ x, labels });
    const places = Array.from({ length: 64 }, (_, image) => {
      const pixels = x.subarray(image * 3072, (image + 1) * 3072);
      const brightest = pixels.indexOf(Math.max(...pixels));
      return [Math.floor(brightest / 96), Math.floor((brightest % 96) / 3)] as const;
    });
    const distinct = new Set(places.map(String));
    expect(distinct.size).toBeGreaterThan(20);
    for (const [y, column] of places) {
      expect(Math.abs(y - 16)).toBeLessThanOrEqual(4);
      expect(Math.abs(column - 15.5)).toBeLessThanOrEqual(4.5);
    }
  });
});

describe('ImageNet', () => {
  const COLOURS = { n01: [255, 0, 0], n02: [0, 255, 0] } as const;

  beforeAll(async () => {
    for (const part of ['train', 'val'])
      for (const [name, [r, g, b]] of Object.entries(COLOURS)) {
        mkdirSync(join(folder, part, name), { recursive: true });
        for (let i = 0; i < 3; i++)
          await sharp({ create: { width: 40 + 7 * i, height: 50, channels: 3, background: { r, g, b } } })
            .jpeg()
            .toFile(join(folder, part, name, `${name}_${i}.JPEG`));
      }
  });

  test('a folder a class: images of any size come as squares, in the order of the names', async () => {
    const set = await imageNet(folder, 24);
    expect([set.classes, ...set.shape]).toEqual([2, 24, 24, 3]);
    const [batch] = await all(set.heldOut('test', 10));
    expect([...batch!.labels]).toEqual([0, 0, 0, 1, 1, 1]);
    const rounded = [...batch!.x.subarray(0, 3)].map((value) => Math.round(value * 10));
    expect(rounded).toEqual([10, 0, 0]);
  });

  test('training shows a random part, the same for the same step', async () => {
    const set = await imageNet(folder, 24);
    const batch = await set.trainingBatch(8, { seed: 1, step: 1 });
    expect(await set.trainingBatch(8, { seed: 1, step: 1 })).toEqual(batch);
    for (const [index, label] of batch.labels.entries())
      expect(batch.x[index * 24 * 24 * 3 + label]).toBeGreaterThan(0.9);
  });

  test('a class that is only among the test images is refused', async () => {
    mkdirSync(join(folder, 'val', 'n99'));
    await expect(imageNet(folder, 24)).rejects.toThrow('is no class of the training images');
  });
});
