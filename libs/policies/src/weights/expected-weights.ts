import { type LayerRow } from '../description/layer-table.ts';
import { type NamedTensor, WeightsError } from './safetensors.ts';

/**
 * Name and shape of one weight on disk, in PyTorch's layout: conv [out, in, height, width], dense [out, in], layer norm
 * [channels, height, width] or [units]; bias [out], of a layer norm as its weight.
 */
export interface ExpectedWeight {
  name: string;
  shape: number[];
}

/** The weights that a file must hold for these layers, in the layers' order. */
export function expectedWeights(rows: readonly LayerRow[]): ExpectedWeight[] {
  return rows.flatMap(({ name, spec, inputShape, inner }) => {
    const inputs = inputShape.at(-1)!;
    switch (spec.kind) {
      case 'conv':
        return named(name, [spec.filters, inputs, spec.kernel, spec.kernel], [spec.filters]);
      case 'dense':
        return named(name, [spec.units, inputs], [spec.units]);
      case 'layer-norm': {
        const shape = inputShape.length === 1 ? inputShape : [inputs, ...inputShape.slice(0, -1)];
        return named(name, shape, shape);
      }
      case 'residual':
        return expectedWeights(inner ?? []);
      default:
        return [];
    }
  });
}

function named(layer: string, weight: number[], bias: number[]): ExpectedWeight[] {
  return [
    { name: `${layer}.weight`, shape: weight },
    { name: `${layer}.bias`, shape: bias },
  ];
}

/**
 * Checks that the tensors are exactly those the layers need: names, shapes, finite numbers.
 * @throws WeightsError naming the first tensor at fault
 */
export function checkWeights(rows: readonly LayerRow[], tensors: ReadonlyMap<string, NamedTensor>): void {
  const expected = expectedWeights(rows);
  for (const { name, shape } of expected) {
    const tensor = tensors.get(name);
    if (!tensor) throw new WeightsError(`the file has no tensor '${name}'`, name);
    if (tensor.dtype !== 'F32') throw new WeightsError(`tensor '${name}' is ${tensor.dtype}; weights are F32`, name);
    if (tensor.shape.join() !== shape.join()) {
      throw new WeightsError(
        `tensor '${name}' has shape [${tensor.shape.join(', ')}]; the architecture needs [${shape.join(', ')}]`,
        name,
      );
    }
    if (!tensor.data.every(Number.isFinite))
      throw new WeightsError(`tensor '${name}' holds a value that is not finite`, name);
  }
  const known = new Set(expected.map(({ name }) => name));
  const extra = [...tensors.keys()].find((name) => !known.has(name));
  if (extra !== undefined) throw new WeightsError(`tensor '${extra}' belongs to no layer of the architecture`, extra);
}
