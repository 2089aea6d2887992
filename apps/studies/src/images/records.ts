import { randomStream } from '@distiller/sobolev';
import { type ImageBatch, type ImageSet } from './image-set.ts';

/** Images that fit into memory, as bytes. */
export interface Records {
  shape: readonly [number, number, number];
  /** [n, height, width, channels] */
  pixels: Uint8Array;
  /** [n] */
  labels: Uint8Array;
}

/**
 * Reads records of a label's byte and the planes of the channels one after another, each by rows: the format of CIFAR-10's binary
 * version.
 * @throws Error when the bytes are no whole number of records
 */
export function readRecords(bytes: Uint8Array, shape: Records['shape']): Records {
  const [height, width, channels] = shape;
  const [plane, size] = [height * width, 1 + height * width * channels];
  if (bytes.length === 0 || bytes.length % size !== 0)
    throw new Error(`${bytes.length} bytes are no whole number of records of ${size} bytes`);
  const n = bytes.length / size;
  const records = { shape, pixels: new Uint8Array(n * plane * channels), labels: new Uint8Array(n) };
  for (let i = 0; i < n; i++) {
    records.labels[i] = bytes[i * size]!;
    for (let channel = 0; channel < channels; channel++)
      for (let at = 0; at < plane; at++)
        records.pixels[(i * plane + at) * channels + channel] = bytes[i * size + 1 + channel * plane + at]!;
  }
  return records;
}

export function joined(parts: readonly Records[]): Records {
  const concat = (of: (part: Records) => Uint8Array) => new Uint8Array(Buffer.concat(parts.map(of)));
  return { shape: parts[0]!.shape, pixels: concat(({ pixels }) => pixels), labels: concat(({ labels }) => labels) };
}

/** Some of the records, in their order. */
export function slice({ shape, pixels, labels }: Records, from: number, to: number): Records {
  const size = shape[0] * shape[1] * shape[2];
  return { shape, pixels: pixels.subarray(from * size, to * size), labels: labels.subarray(from, to) };
}

export interface Parts {
  training: Records;
  validation: Records;
  test: Records;
}

/** @param augmentation most pixels that a training image is moved by, and whether it may be mirrored */
export function recordSet(
  { training, validation, test }: Parts,
  { classes, shift, mirror }: { classes: number; shift: number; mirror: boolean },
): ImageSet {
  return {
    shape: training.shape,
    classes,
    trainingBatch: (size, { seed, step }) => {
      const random = randomStream(seed, 'batch', step);
      const views = Array.from({ length: size }, () => ({
        image: random.below(training.labels.length),
        dy: random.below(2 * shift + 1) - shift,
        dx: random.below(2 * shift + 1) - shift,
        mirrored: mirror && random.uniform() < 0.5,
      }));
      return Promise.resolve(look(training, views));
    },
    heldOut: (part, size) => inOrder(part === 'test' ? test : validation, size),
  };
}

/** An image, moved and mirrored; what comes in from outside is black. */
interface View {
  image: number;
  dy: number;
  dx: number;
  mirrored: boolean;
}

function look({ shape, pixels, labels }: Records, views: readonly View[]): ImageBatch {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const batch = { x: new Float32Array(views.length * size), labels: new Uint16Array(views.length) };
  for (const [index, { image, dy, dx, mirrored }] of views.entries()) {
    batch.labels[index] = labels[image]!;
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++)
      for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
        const to = index * size + (y * width + (mirrored ? width - 1 - x : x)) * channels;
        const from = image * size + ((y + dy) * width + x + dx) * channels;
        for (let channel = 0; channel < channels; channel++) batch.x[to + channel] = pixels[from + channel]! / 255;
      }
  }
  return batch;
}

async function* inOrder(records: Records, size: number): AsyncGenerator<ImageBatch> {
  for (let from = 0; from < records.labels.length; from += size) {
    const count = Math.min(size, records.labels.length - from);
    const views = Array.from({ length: count }, (_, i) => ({ image: from + i, dy: 0, dx: 0, mirrored: false }));
    yield await Promise.resolve(look(records, views));
  }
}
