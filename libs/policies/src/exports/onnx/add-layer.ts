import { type ActivationSpec, type LayerSpec } from '../../description/layer-spec.ts';
import { type LayerRow } from '../../description/layer-table.ts';
import { paddingOf } from '../../description/padding.ts';
import { type ExportRequest } from '../exported-file.ts';
import { type GraphBuilder } from './graph-builder.ts';

type Weights = ExportRequest['weights'];

/** Where a layer is put: after the value `input`, under its own name. */
interface Place {
  graph: GraphBuilder;
  weights: Weights;
  input: string;
}

/** Appends layers over images [n, channels, height, width], as ONNX has them; returns the name of the last one's output. */
export function addLayers(rows: readonly LayerRow[], { graph, weights, input }: Place): string {
  return rows.reduce((value, row) => addLayer(row, { graph, weights, input: value }), input);
}

/** ONNX has PyTorch's layout: weights stay as they stand on disk. */
function addLayer({ name, spec, inner = [] }: LayerRow, place: Place): string {
  const { graph, input } = place;
  switch (spec.kind) {
    case 'conv': {
      const inputs = [input, ...parameters(name, place)];
      return graph.add({
        type: 'Conv',
        name,
        inputs,
        attributes: windows({ ...spec, size: spec.kernel, padding: paddingOf(spec) }),
      });
    }
    case 'dense':
      return graph.add({ type: 'Gemm', name, inputs: [input, ...parameters(name, place)], attributes: { transB: 1 } });
    case 'flatten':
      return graph.add({ type: 'Flatten', name, inputs: [input], attributes: { axis: 1 } });
    case 'max-pool':
      return graph.add({ type: 'MaxPool', name, inputs: [input], attributes: windows(spec) });
    case 'average-pool': {
      const attributes = { ...windows(spec), count_include_pad: 1 };
      return graph.add({ type: 'AveragePool', name, inputs: [input], attributes });
    }
    case 'layer-norm': {
      const inputs = [input, ...parameters(name, place)];
      return graph.add({ type: 'LayerNormalization', name, inputs, attributes: { axis: 1, epsilon: { float: 1e-5 } } });
    }
    case 'residual':
      return graph.add({ type: 'Add', name, inputs: [input, addLayers(inner, place)] });
    default:
      return addActivation(spec, name, place);
  }
}

function parameters(name: string, { graph, weights }: Place): string[] {
  return [`${name}.weight`, `${name}.bias`].map((weight) => graph.weight(weight, weights.get(weight)!));
}

function windows({
  size,
  stride,
  padding,
}: Pick<Extract<LayerSpec, { kind: 'max-pool' }>, 'size' | 'stride' | 'padding'>) {
  return { kernel_shape: [size, size], strides: [stride, stride], pads: [padding, padding, padding, padding] };
}

function addActivation(spec: ActivationSpec, name: string, { graph, input }: Place): string {
  const inputs = [input];
  switch (spec.kind) {
    case 'relu':
      return graph.add({ type: 'Relu', name, inputs });
    case 'leaky-relu':
      return graph.add({ type: 'LeakyRelu', name, inputs, attributes: { alpha: { float: spec.slope } } });
    case 'elu':
      return graph.add({ type: 'Elu', name, inputs, attributes: { alpha: { float: spec.alpha } } });
    case 'gelu':
      return addGelu(name, graph, input);
    case 'silu': {
      const sigmoid = graph.add({ type: 'Sigmoid', name: `${name}.sigmoid`, inputs });
      return graph.add({ type: 'Mul', name, inputs: [input, sigmoid] });
    }
    case 'tanh':
      return graph.add({ type: 'Tanh', name, inputs });
    case 'softplus':
      return graph.add({ type: 'Softplus', name, inputs });
  }
}

/** x (1 + erf(x / √2)) / 2: opset 17 has no operator of its own for it. */
function addGelu(name: string, graph: GraphBuilder, input: string): string {
  const step = (type: string, part: string, inputs: string[]) => graph.add({ type, name: `${name}.${part}`, inputs });
  const scaled = step('Mul', 'scaled', [input, graph.number(Math.SQRT1_2)]);
  const twice = step('Add', 'twice', [step('Erf', 'erf', [scaled]), graph.number(1)]);
  const distribution = step('Mul', 'distribution', [twice, graph.number(0.5)]);
  return graph.add({ type: 'Mul', name, inputs: [input, distribution] });
}
