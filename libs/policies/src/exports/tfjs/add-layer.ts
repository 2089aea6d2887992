import { type ActivationSpec } from '../../description/layer-spec.ts';
import { type LayerRow } from '../../description/layer-table.ts';
import { paddingOf } from '../../description/padding.ts';
import { type ModelBuilder } from './layers-model.ts';
import { addEdges } from './add-edges.ts';

/** Appends layers over images [n, height, width, channels], as Keras has them; returns the name of the last one. */
export function addLayers(rows: readonly LayerRow[], model: ModelBuilder, input: string): string {
  return rows.reduce((value, row) => addLayer(row, model, value), input);
}

function addLayer(row: LayerRow, model: ModelBuilder, input: string): string {
  const { name, spec, inputShape, inner = [] } = row;
  switch (spec.kind) {
    case 'conv': {
      const inputs = [addZeros(model, { name, input, padding: paddingOf(spec) })];
      const config = {
        filters: spec.filters,
        kernel_size: square(spec.kernel),
        strides: square(spec.stride),
        ...PLAIN,
      };
      return model.add({ type: 'Conv2D', name, inputs, config });
    }
    case 'dense':
      return model.add({ type: 'Dense', name, inputs: [input], config: { units: spec.units, ...LINEAR } });
    case 'flatten':
      return model.add({ type: 'Flatten', name, inputs: [input] });
    case 'max-pool': {
      const inputs = [addEdges(model, { name, input, inputShape, padding: spec.padding })];
      return model.add({ type: 'MaxPooling2D', name, inputs, config: pool(spec) });
    }
    case 'average-pool': {
      const inputs = [addZeros(model, { name, input, padding: spec.padding })];
      return model.add({ type: 'AveragePooling2D', name, inputs, config: pool(spec) });
    }
    case 'layer-norm': {
      const config = { axis: inputShape.map((_, axis) => axis + 1), epsilon: 1e-5, center: true, scale: true };
      return model.add({ type: 'LayerNormalization', name, inputs: [input], config });
    }
    case 'residual':
      return model.add({ type: 'Add', name, inputs: [input, addLayers(inner, model, input)] });
    default:
      return addActivation(spec, name, { model, input });
  }
}

const LINEAR = { use_bias: true, activation: 'linear' };
const PLAIN = { padding: 'valid', data_format: 'channels_last', dilation_rate: [1, 1], ...LINEAR };
const square = (size: number) => [size, size];

function pool({ size, stride }: { size: number; stride: number }) {
  return { pool_size: square(size), strides: square(stride), padding: 'valid', data_format: 'channels_last' };
}

/** Keras' own 'same' adds to one side more than to the other where the stride is not 1; PyTorch's padding does not. */
function addZeros(model: ModelBuilder, at: { name: string; input: string; padding: number }): string {
  if (at.padding === 0) return at.input;
  const padding = [square(at.padding), square(at.padding)];
  const config = { padding, data_format: 'channels_last' };
  return model.add({ type: 'ZeroPadding2D', name: `${at.name}.zeros`, inputs: [at.input], config });
}

function addActivation(spec: ActivationSpec, name: string, at: { model: ModelBuilder; input: string }): string {
  const add = (type: string, config: Record<string, unknown>) =>
    at.model.add({ type, name, inputs: [at.input], config });
  switch (spec.kind) {
    case 'leaky-relu':
      return add('LeakyReLU', { alpha: spec.slope });
    case 'elu':
      return spec.alpha === 1 ? add('ELU', { alpha: 1 }) : addElu(spec.alpha, name, at);
    case 'silu':
      return add('Activation', { activation: 'swish' });
    default:
      return add('Activation', { activation: spec.kind });
  }
}

/** max(x, 0) − α max(−elu(x), 0), as Keras' layers in the browser know α = 1 only. */
function addElu(alpha: number, name: string, { model, input }: { model: ModelBuilder; input: string }): string {
  const step = (type: string, part: string, { of, ...config }: { of: string } & Record<string, unknown>) =>
    model.add({ type, name: `${name}.${part}`, inputs: [of], config });
  const opposite = step('Rescaling', 'opposite', {
    of: step('ELU', 'elu', { of: input, alpha: 1 }),
    scale: -1,
    offset: 0,
  });
  const depth = step('Activation', 'depth', { of: opposite, activation: 'relu' });
  const below = step('Rescaling', 'below', { of: depth, scale: -alpha, offset: 0 });
  const above = step('Activation', 'above', { of: input, activation: 'relu' });
  return model.add({ type: 'Add', name, inputs: [above, below] });
}
