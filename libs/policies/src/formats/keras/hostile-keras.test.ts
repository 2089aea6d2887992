import { readFileSync } from 'node:fs';
import h5wasm from 'h5wasm';
import { expect, test } from 'vitest';
import { importPolicy } from '../catalogue.ts';
import { FormatError } from '../imported.ts';
import { zipOf } from '../tfjs/layers-model.fixture.ts';
import { openArchive } from '../archive.ts';
import { readHdf5 } from './hdf5.ts';

const FOLDER = 'test/reference/formats/keras';
const HDF5 = readFileSync(`${FOLDER}/nature.h5`);
const open = (bytes: Uint8Array) => importPolicy('keras', { bytes, input: [36, 36, 4], actions: 6 });

async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    return (await open(bytes)).layers.length > 0 ? 'policy' : 'empty';
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return 'refused';
  }
}

test('an HDF5 file cut anywhere is refused', async () => {
  const lengths = [0, 8, 100, 1000, ...[0.2, 0.4, 0.6, 0.8, 0.95].map((part) => Math.floor(part * HDF5.length))];
  for (const length of lengths) expect(await outcome(HDF5.subarray(0, length)), `${length} bytes`).toBe('refused');
});

test('an HDF5 file with a bit turned is refused or a policy', async () => {
  for (let step = 0; step < 40; step++) {
    const broken = Buffer.from(HDF5);
    // Headers and trees lie at the beginning.
    broken[step < 25 ? step * 97 : Math.floor((step * HDF5.length) / 40)]! ^= 1 << (step % 8);
    expect(['refused', 'policy']).toContain(await outcome(broken));
  }
});

/** A file made with the HDF5 library. */
async function hdf5(fill: (file: InstanceType<typeof h5wasm.File>) => void): Promise<Buffer> {
  const { FS } = await h5wasm.ready;
  // The format's first version, as h5py writes it: without checksums, which would catch what is changed here.
  const file = new h5wasm.File('/made', 'w', { libver: ['earliest', 'latest'] });
  fill(file);
  file.close();
  const bytes = Buffer.from(FS.readFile('/made'));
  FS.unlink('/made');
  return bytes;
}

const numbers = (name: string, size: number) => ({ name, data: new Float32Array(size).fill(0.5), shape: [size] });

test('datasets that are declared larger than the file can hold are refused before they are read', async () => {
  const bytes = await hdf5((file) => {
    file.create_dataset({ ...numbers('big', 12_345), chunks: [12_345], maxshape: [null], compression: 9 });
  });
  // Its length, and the greatest length, in the dataset's header.
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(12_345n);
  const huge = Buffer.from(bytes);
  huge.writeBigUInt64LE(1n << 30n, bytes.indexOf(length));
  expect((await readHdf5(bytes, 'file')).tensors.get('big')?.data.length).toBe(12_345);
  await expect(readHdf5(huge, 'file')).rejects.toMatchObject({
    where: 'big',
    message: expect.stringContaining('declared to hold 4294967296 bytes') as unknown,
  });
});

test('zeros that were compressed to next to nothing are refused', async () => {
  const size = 30_000_000;
  const bytes = await hdf5((file) => {
    file.create_dataset({
      name: 'zeros',
      data: new Float32Array(size),
      shape: [size],
      chunks: [1_000_000],
      compression: 9,
    });
  });
  expect(bytes.length).toBeLessThan(500_000);
  await expect(readHdf5(bytes, 'file')).rejects.toMatchObject({ where: 'zeros' });
});

test('groups in a circle are refused', async () => {
  const bytes = await hdf5((file) => {
    file.create_group('a').create_hard_link('/', 'b');
  });
  await expect(readHdf5(bytes, 'file')).rejects.toThrow('nested too deeply, or in a circle');
});

test('links to other files lead nowhere', async () => {
  const bytes = await hdf5((file) => {
    file.create_external_link('/etc/passwd', '/', 'elsewhere');
    file.create_dataset(numbers('here', 3));
  });
  expect([...(await readHdf5(bytes, 'file')).tensors.keys()]).toEqual(['here']);
});

/** The archive with one of its entries changed. */
async function archiveWith(name: string, change: (text: string) => string | Uint8Array): Promise<Uint8Array> {
  const archive = await openArchive(readFileSync(`${FOLDER}/nature.keras`));
  const files: Record<string, Uint8Array> = {};
  for (const entry of archive.names) files[entry] = await archive.read(entry);
  files[name] = Buffer.from(change(Buffer.from(files[name]!).toString()));
  return zipOf(files);
}

test.each<[string, (text: string) => string | Uint8Array, object]>([
  ['no JSON', (text) => text.slice(0, -5), { where: 'config.json', message: 'is not JSON' }],
  ['JSON of something else', () => '[1]', { where: 'config.json' }],
  ['JSON nested without end', () => `${'['.repeat(1e6)}${']'.repeat(1e6)}`, { where: 'config.json' }],
  [
    'a layer with code',
    (text) => text.replace('"class_name": "Flatten"', '"class_name": "Lambda"'),
    { where: 'flatten', message: 'Lambda: holds code, which is not run' },
  ],
  [
    'a layer that is not read',
    (text) => text.replace('"class_name": "Flatten"', '"class_name": "LSTM"'),
    { where: 'flatten', message: 'layer LSTM is not read' },
  ],
  [
    'dilation',
    (text) => text.replace('"dilation_rate": [1, 1]', '"dilation_rate": [2, 2]'),
    { where: 'conv2d', message: 'dilation 2, 2' },
  ],
  [
    'another number of filters than the weights have',
    (text) => text.replace('"filters": 8,', '"filters": 9,'),
    { where: 'layers/conv2d/vars/0', message: 'has shape [8, 8, 4, 8]; the layer needs [8, 8, 4, 9]' },
  ],
  [
    'more filters than memory',
    (text) => text.replace('"filters": 8,', '"filters": 4000000000,'),
    { where: 'conv2d', message: expect.stringContaining('filters') as unknown },
  ],
  [
    'an activation that is not read',
    (text) => text.replace('"activation": "relu"', '"activation": "relu6"'),
    { where: 'conv2d', message: "activation 'relu6' is not read" },
  ],
])('an archive whose configuration is %s is refused', async (_title, change, refusal) => {
  await expect(open(await archiveWith('config.json', change))).rejects.toMatchObject({
    name: 'FormatError',
    ...refusal,
  });
});

test('an archive whose weights are no HDF5 file, or that has none, is refused', async () => {
  await expect(open(await archiveWith('model.weights.h5', () => 'weights'))).rejects.toMatchObject({
    where: 'model.weights.h5',
    message: 'is no HDF5 file',
  });
  await expect(open(await zipOf({ 'metadata.json': Buffer.from('{}') }))).rejects.toThrow("no entry 'config.json'");
});
