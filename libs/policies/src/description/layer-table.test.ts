import { expect, test } from 'vitest';
import { presetLayers } from './architecture.ts';
import { LayerSpec } from './layer-spec.ts';
import { ArchitectureError } from './architecture-error.ts';
import { layerTable } from './layer-table.ts';

const image = [84, 84, 4];

test("the paper's student has 677,172 parameters and 2.97 million multiply-adds for 4 actions", () => {
  const table = layerTable(presetLayers('paper-student', 4), image, 4);
  expect(table.parameters).toBe(677_172);
  expect(table.flops / 2e6).toBeCloseTo(2.97, 2);
});

test('the Nature CNN has 1,686,180 parameters and 9.345 million multiply-adds for 4 actions', () => {
  const table = layerTable(presetLayers('nature', 4), image, 4);
  expect(table.parameters).toBe(1_686_180);
  expect(table.flops / 2e6).toBeCloseTo(9.345, 3);
});

test.each([
  ['nature', 1_693_362],
  ['rusu-25', 427_874],
  ['rusu-7', 113_346],
  ['rusu-4', 61_954],
] as const)(
  '%s has %i parameters for 18 actions, the size that Rusu et al. 2015 round to thousands',
  (preset, parameters) => {
    expect(layerTable(presetLayers(preset, 18), image, 18).parameters).toBe(parameters);
  },
);

test('IMPALA’s large network halves the image three times and has 1,090,260 parameters for 4 actions', () => {
  const { rows, parameters } = layerTable(presetLayers('impala', 4), image, 4);
  const pools = rows.filter(({ spec }) => spec.kind === 'max-pool');
  expect(pools.map(({ outputShape }) => outputShape)).toEqual([
    [42, 42, 16],
    [21, 21, 32],
    [11, 11, 32],
  ]);
  // Four convolutions 3×3 with bias in each section's two blocks, one before its pool; then 3,872 → 256 → 4.
  const section = (inputs: number, filters: number) => (9 * inputs + 1) * filters + 4 * (9 * filters + 1) * filters;
  expect(parameters).toBe(section(4, 16) + section(16, 32) + section(32, 32) + 3873 * 256 + 257 * 4);
});

test('parameters and operations of a block are those of its layers, and its sum', () => {
  const layers = ['same' as const, 1].map((padding) =>
    LayerSpec.parse({ kind: 'residual', layers: [{ kind: 'conv', filters: 2, kernel: 3, padding }] }),
  );
  const table = layerTable([...layers, { kind: 'flatten' }, { kind: 'dense', units: 3 }], [5, 4, 2], 3);
  expect(table.rows.map(({ outputShape }) => outputShape)).toEqual([[5, 4, 2], [5, 4, 2], [40], [3]]);
  expect(table.rows[0]).toMatchObject({ parameters: 38, flops: 2 * 36 * 20 + 40 });
});

test('pools and layer norms count their sums and products', () => {
  const layers = [
    { kind: 'max-pool', size: 2, stride: 2 },
    { kind: 'average-pool', size: 2, stride: 1 },
    { kind: 'layer-norm' },
    { kind: 'flatten' },
    { kind: 'dense', units: 2 },
  ].map((layer) => LayerSpec.parse(layer));
  const { rows } = layerTable(layers, [6, 6, 2], 2);
  expect(rows.map(({ flops }) => flops)).toEqual([0, 4 * 8, 7 * 8, 0, 32]);
  expect(rows.map(({ parameters }) => parameters)).toEqual([0, 0, 16, 0, 18]);
});

test('weights are named as on disk: conv1, conv2 …, dense, logits', () => {
  const names = layerTable(presetLayers('nature', 4), image, 4).rows.map(({ name }) => name);
  expect(names.filter((name) => !/relu|flatten/.test(name))).toEqual(['conv1', 'conv2', 'conv3', 'dense', 'logits']);
});

test.each([
  [
    'a kernel larger than its image',
    [
      { kind: 'conv', filters: 1, kernel: 60 },
      { kind: 'conv', filters: 1, kernel: 60 },
    ],
    1,
    'kernel',
  ],
  ['a convolution after flatten', [{ kind: 'flatten' }, { kind: 'conv', filters: 1, kernel: 1 }], 1, 'kind'],
  ['a dense layer before flatten', [{ kind: 'dense', units: 4 }], 0, 'kind'],
  ['a last layer that is not dense', [{ kind: 'flatten' }], 0, 'kind'],
  [
    'more parameters than a small machine can train',
    [{ kind: 'flatten' }, { kind: 'dense', units: 65_536 }, { kind: 'dense', units: 4 }],
    1,
    'units',
  ],
  ["padding 'same' with a stride", [{ kind: 'conv', filters: 1, kernel: 3, stride: 2, padding: 'same' }], 0, 'padding'],
  ["padding 'same' with an even kernel", [{ kind: 'conv', filters: 1, kernel: 4, padding: 'same' }], 0, 'padding'],
  ['padding that fills whole windows', [{ kind: 'conv', filters: 1, kernel: 3, padding: 3 }], 0, 'padding'],
  ['a pool after flatten', [{ kind: 'flatten' }, { kind: 'max-pool', size: 2, stride: 2 }], 1, 'kind'],
  [
    'a pool larger than its image',
    [
      { kind: 'average-pool', size: 64, stride: 1 },
      { kind: 'max-pool', size: 22, stride: 1 },
    ],
    1,
    'size',
  ],
  ['a pool with more padding than half its size', [{ kind: 'max-pool', size: 3, stride: 2, padding: 2 }], 0, 'padding'],
  [
    'a block that changes its shape',
    [{ kind: 'residual', layers: [{ kind: 'conv', filters: 4, kernel: 3 }] }],
    0,
    'layers',
  ],
  [
    'what does not fit inside a block',
    [{ kind: 'relu' }, { kind: 'residual', layers: [{ kind: 'relu' }, { kind: 'dense', units: 4 }] }],
    1,
    'layers/1/kind',
  ],
  [
    'a last layer with another number of units than actions',
    [{ kind: 'flatten' }, { kind: 'dense', units: 5 }],
    1,
    'units',
  ],
])('%s is refused, with its place and field', (_title, layers, index, field) => {
  const parsed = layers.map((layer) => LayerSpec.parse(layer));
  try {
    layerTable(parsed, image, 4);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ArchitectureError);
    expect(error).toMatchObject({ index, field });
  }
});

test('a layer that the engine cannot differentiate is refused by its name', () => {
  const parsed = LayerSpec.safeParse({ kind: 'batch-norm' });
  expect(parsed.error?.issues[0]?.message).toContain("layer 'batch-norm' has no tangent and cotangent");
  expect(parsed.error?.issues[0]?.path).toEqual(['kind']);
});

test('a layer in a block is refused in the same way, and so is a block in a block', () => {
  const refusal = (kind: string) => LayerSpec.safeParse({ kind: 'residual', layers: [{ kind }] }).error?.issues[0];
  expect(refusal('batch-norm')?.message).toContain("layer 'batch-norm' has no tangent and cotangent");
  expect(refusal('batch-norm')?.path).toEqual(['layers', 0, 'kind']);
  expect(refusal('residual')?.message).toContain("layer 'residual' cannot lie within a residual block");
});

test('padding that is no padding is refused in words', () => {
  const parsed = LayerSpec.safeParse({ kind: 'conv', filters: 1, kernel: 3, padding: 'full' });
  expect(parsed.error?.issues[0]?.message).toContain("'valid', 'same' or a number of pixels");
});
