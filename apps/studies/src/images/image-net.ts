import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type RandomStream, randomStream } from '@distiller/sobolev';
import sharp, { type Sharp } from 'sharp';
import { type ImageBatch, type ImageSet } from './image-set.ts';

/** A file and the number of its folder. */
interface Labelled {
  path: string;
  label: number;
}

/** Of every so many training images one is kept for tuning. */
const VALIDATION_EVERY = 50;
/** Images are shown at this share of the shorter side when they are tested on (256 to 224). */
const CENTRE = 224 / 256;

/**
 * A folder as ImageNet's is unpacked, `train/CLASS/*.JPEG` and `val/CLASS/*.JPEG`; classes are numbered by the names of their
 * folders. Images are read when they are needed. In training a random part of 8 to 100 % of the area and of a ratio of 3:4 to
 * 4:3 is shown (Szegedy et al. 2015), mirrored every second time; in test the centre.
 * @throws Error when there are no images, or a class of `val` is none of `train`
 */
export async function imageNet(folder: string, size = 224): Promise<ImageSet> {
  const classes = await foldersOf(join(folder, 'train'));
  const all = await filesOf(join(folder, 'train'), classes);
  const training = all.filter((_, index) => index % VALIDATION_EVERY !== VALIDATION_EVERY - 1);
  const parts = {
    validation: all.filter((_, index) => index % VALIDATION_EVERY === VALIDATION_EVERY - 1),
    test: await filesOf(join(folder, 'val'), classes),
  };
  if (training.length === 0) throw new Error(`no images in ${join(folder, 'train')}`);
  return {
    shape: [size, size, 3],
    classes: classes.length,
    trainingBatch: (count, { seed, step }) => {
      const random = randomStream(seed, 'batch', step);
      const chosen = Array.from({ length: count }, () => training[random.below(training.length)]!);
      // Each image has random numbers of its own: they are read in any order.
      const streams = chosen.map((_, index) => randomStream(seed + step, 'augmentation', index));
      return load(chosen, size, (path, index) => randomPart(path, size, streams[index]!));
    },
    heldOut: async function* (part, count) {
      for (let from = 0; from < parts[part].length; from += count)
        yield await load(parts[part].slice(from, from + count), size, (path) => centre(path, size));
    },
  };
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

async function filesOf(folder: string, classes: readonly string[]): Promise<Labelled[]> {
  const perClass = (await foldersOf(folder)).map(async (name) => {
    const label = classes.indexOf(name);
    if (label < 0) throw new Error(`${join(folder, name)} is no class of the training images`);
    const files = (await readdir(join(folder, name))).filter((file) => /\.(jpe?g|png)$/i.test(file)).toSorted();
    return files.map((file) => ({ path: join(folder, name, file), label }));
  });
  return (await Promise.all(perClass)).flat();
}

async function load(
  images: readonly Labelled[],
  size: number,
  read: (path: string, index: number) => Promise<Buffer>,
): Promise<ImageBatch> {
  const batch = { x: new Float32Array(images.length * size * size * 3), labels: new Uint16Array(images.length) };
  const put = async ({ path, label }: Labelled, index: number) => {
    const bytes = await read(path, index);
    batch.labels[index] = label;
    for (let i = 0; i < bytes.length; i++) batch.x[index * bytes.length + i] = bytes[i]! / 255;
  };
  await Promise.all(images.map(put));
  return batch;
}

async function randomPart(path: string, size: number, random: RandomStream): Promise<Buffer> {
  const { width, height } = await sharp(path).metadata();
  const area = width * height * (0.08 + 0.92 * random.uniform());
  const ratio = Math.exp((2 * random.uniform() - 1) * Math.log(4 / 3));
  const part = {
    width: Math.max(1, Math.min(width, Math.round(Math.sqrt(area * ratio)))),
    height: Math.max(1, Math.min(height, Math.round(Math.sqrt(area / ratio)))),
  };
  const place = { left: random.below(width - part.width + 1), top: random.below(height - part.height + 1) };
  const mirrored = random.uniform() < 0.5;
  return pixels(
    sharp(path)
      .extract({ ...part, ...place })
      .resize(size, size, { fit: 'fill' })
      .flop(mirrored),
  );
}

async function centre(path: string, size: number): Promise<Buffer> {
  const whole = Math.round(size / CENTRE);
  const edge = Math.floor((whole - size) / 2);
  const resized = sharp(path).resize(whole, whole, { fit: 'cover' });
  return pixels(resized.extract({ left: edge, top: edge, width: size, height: size }));
}

/** RGB by rows, whatever the file holds. */
function pixels(image: Sharp): Promise<Buffer> {
  return image.toColourspace('srgb').removeAlpha().raw().toBuffer();
}
