import { FormatError } from '../imported.ts';
import { type Signal } from '../trace/signal.ts';
import { readTensor } from './constant.ts';
import { CONSTANT_OPERATORS } from './constant-operators.ts';
import { type OnnxGraph } from './decode.ts';
import { dropout, ELEMENTWISE_OPERATORS } from './elementwise-operators.ts';
import * as layer from './layer-operators.ts';
import { type Node, type Tensor } from './onnx-proto.ts';
import { type Budget, nameOf, type Operator } from './operator.ts';
import { reduceMean } from './statistics.ts';
import { expressionOf, type Value } from './value.ts';

const OPERATORS = new Map<string, (operator: Operator) => Value>(
  Object.entries({
    ...CONSTANT_OPERATORS,
    ...ELEMENTWISE_OPERATORS,
    Conv: layer.conv,
    Gemm: layer.gemm,
    MatMul: layer.matMul,
    MaxPool: layer.poolOperator('max-pool'),
    AveragePool: layer.poolOperator('average-pool'),
    GlobalAveragePool: layer.globalAveragePool,
    BatchNormalization: layer.batchNormalization,
    LayerNormalization: layer.layerNormalization,
    ReduceMean: reduceMean,
    Reshape: layer.reshape,
    Flatten: layer.flattenOperator,
    Squeeze: layer.squeeze,
    Unsqueeze: layer.unsqueeze,
    Transpose: layer.transpose,
    Softmax: layer.softmax,
    LogSoftmax: layer.softmax,
    Identity: layer.passOn,
    Cast: layer.cast,
    Dropout: dropout,
  }),
);

/** The observation as a graph's input. */
export interface GraphInput {
  name: string;
  signal: Signal;
}

/**
 * What a value of the graph is, by its name. Operators are worked out as they are needed, each once, and without recursion: a
 * graph may be as deep as it is long.
 * @throws FormatError naming the operator that cannot be read, or the value that nothing gives
 */
export function walkGraph(onnx: OnnxGraph, input: GraphInput): (name: string) => Value {
  const { graph, opset } = onnx;
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const known = new Map<string, Value>([[input.name, expressionOf(input.signal, input.name)]]);
  const sources = nodesByOutput(graph.node);
  const budget = budgetOf(graph.initializer);

  const compute = (node: Node) => {
    const inputs = node.input.map((name) => (name === '' ? undefined : known.get(name)));
    const operator: Operator = { where: nameOf(node), node, opset, inputs, budget };
    known.set(node.output[0]!, operatorOf(node)(operator));
  };
  const lookUp = (name: string): Node | undefined => {
    const tensor = tensors.get(name);
    if (tensor) known.set(name, readTensor(tensor, name));
    else if (!sources.has(name)) throw new FormatError(name, missing(onnx, name));
    return tensor ? undefined : sources.get(name);
  };

  return (name) => {
    const stack = [name];
    const waiting = new Set<Node>();
    while (stack.length > 0) {
      const wanted = stack.at(-1)!;
      const node = known.has(wanted) ? undefined : lookUp(wanted);
      if (!node) {
        stack.pop();
        continue;
      }
      operatorOf(node);
      const open = node.input.filter((input) => input !== '' && !known.has(input));
      if (open.length === 0) compute(node);
      else if (waiting.has(node)) throw new FormatError(nameOf(node), 'depends on its own output');
      else stack.push(...open);
      waiting.add(node);
    }
    return known.get(name)!;
  };
}

function operatorOf(node: Node): (operator: Operator) => Value {
  const own = node.domain === '' || node.domain === 'ai.onnx';
  const operator = own ? OPERATORS.get(node.opType) : undefined;
  if (operator) return operator;
  const name = own ? node.opType : `${node.domain}.${node.opType}`;
  throw new FormatError(nameOf(node), `operator ${name} is not read`);
}

/** Of each value the node that gives it first: only first outputs are read, and no value may be given twice. */
function nodesByOutput(nodes: readonly Node[]): Map<string, Node> {
  const sources = new Map<string, Node>();
  for (const node of nodes) {
    const name = node.output[0];
    if (name === undefined || name === '') continue;
    if (sources.has(name)) throw new FormatError(nameOf(node), `gives '${name}', as another node does`);
    sources.set(name, node);
  }
  return sources;
}

function missing({ graph }: OnnxGraph, name: string): string {
  if (graph.input.some((input) => input.name === name))
    return 'is an input besides the observation, and the policy depends on it';
  const second = graph.node.find(({ output }) => output.indexOf(name) > 0);
  return second ? `is a further output of ${nameOf(second)}, of which only the first is read` : 'is given by no node';
}

const SMALL = 1_000_000;

function budgetOf(tensors: readonly Tensor[]): Budget {
  const bytes = tensors.reduce((sum, { rawData, floatData }) => sum + rawData.length + 4 * floatData.length, 0);
  let left = SMALL + bytes;
  return {
    spend: (numbers, where) => {
      left -= numbers;
      if (!(left >= 0)) throw new FormatError(where, 'the constants of the graph grow beyond measure');
    },
  };
}
