import { expect, test } from 'vitest';
import { presetLayers } from './architecture.ts';
import { LayerSpec } from './layer-spec.ts';
import { ArchitectureError, layerTable } from './layer-table.ts';

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
