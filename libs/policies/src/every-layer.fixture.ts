import { randomStream } from '@distiller/sobolev';
import { expectedWeights, LayerSpec, layerTable, type NamedTensor } from './description/index.ts';

export const [SIZE, STACK, ACTIONS, BATCH] = [12, 2, 3, 4];

/** Every kind of layer. Some come after a flattened image, where its order on disk and in the engine differ. */
export const EVERY_LAYER = [
  { kind: 'conv', filters: 3, kernel: 4, stride: 2, padding: 1 },
  { kind: 'silu' },
  { kind: 'layer-norm' },
  { kind: 'max-pool', size: 3, stride: 2, padding: 1 },
  {
    kind: 'residual',
    layers: [
      { kind: 'gelu' },
      { kind: 'conv', filters: 3, kernel: 3, padding: 'same' },
      { kind: 'tanh' },
      { kind: 'conv', filters: 3, kernel: 3, padding: 'same' },
    ],
  },
  { kind: 'average-pool', size: 2, stride: 1, padding: 1 },
  { kind: 'leaky-relu', slope: 0.2 },
  { kind: 'flatten' },
  { kind: 'layer-norm' },
  {
    kind: 'residual',
    layers: [{ kind: 'dense', units: 5 }, { kind: 'softplus' }, { kind: 'dense', units: 48 }, { kind: 'layer-norm' }],
  },
  { kind: 'relu' },
  { kind: 'dense', units: 7 },
  { kind: 'elu', alpha: 0.7 },
  { kind: 'dense', units: ACTIONS },
].map((layer) => LayerSpec.parse(layer));

export const { rows: EVERY_LAYER_ROWS } = layerTable(EVERY_LAYER, [SIZE, SIZE, STACK], ACTIONS);

/** Normal weights under which activations keep their size, each tensor with its own. */
export function randomWeights(rows: Parameters<typeof expectedWeights>[0]): Map<string, NamedTensor> {
  const tensors = expectedWeights(rows).map(({ name, shape }, index): [string, NamedTensor] => {
    const random = randomStream(index, 'initialization');
    const product = (sizes: number[]) => sizes.reduce((total, size) => total * size, 1);
    const deviation = shape.length % 2 === 0 ? Math.sqrt(2 / product(shape.slice(1))) : 0.5;
    const data = Float32Array.from({ length: product(shape) }, () => random.normal() * deviation);
    return [name, { dtype: 'F32', shape, data }];
  });
  return new Map(tensors);
}

/** Random pixels of `count` observations. */
export function randomPixels(count: number, size: number): Uint8Array {
  const random = randomStream(7, 'batch');
  return Uint8Array.from({ length: count * size }, () => random.below(256));
}
