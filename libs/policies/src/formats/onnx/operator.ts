import { FormatError } from '../imported.ts';
import { type Numbers, type Signal } from '../trace/signal.ts';
import { type Constant, readTensor } from './constant.ts';
import { type Node, toNumber } from './onnx-proto.ts';
import { type Expression, settle, type Value } from './value.ts';

/** One operator at its place in the graph, with the values that it takes. */
export interface Operator {
  /** Its kind and name, for messages. */
  where: string;
  node: Node;
  opset: number;
  inputs: (Value | undefined)[];
  budget: Budget;
}

/** Bounds what constants may grow to: a graph of a few bytes can ask for any number of them. */
export interface Budget {
  spend: (numbers: number, where: string) => void;
}

export function nameOf({ opType, name, output }: Node): string {
  return `${opType} '${name || (output[0] ?? '')}'`;
}

export function intOf({ node }: Operator, name: string, otherwise: number): number {
  const attribute = attributeOf(node, name);
  return attribute ? toNumber(attribute.i) : otherwise;
}

export function floatOf({ node }: Operator, name: string, otherwise: number): number {
  return attributeOf(node, name)?.f ?? otherwise;
}

export function intsOf({ node }: Operator, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints.map(toNumber);
}

export function textOf({ node }: Operator, name: string, otherwise: string): string {
  const attribute = attributeOf(node, name);
  return attribute ? Buffer.from(attribute.s).toString('latin1').slice(0, 100) : otherwise;
}

export function tensorOf(operator: Operator, name: string): Constant | undefined {
  const tensor = attributeOf(operator.node, name)?.t;
  return tensor ? readTensor(tensor, operator.where) : undefined;
}

function attributeOf(node: Node, name: string) {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** Input `index`, which must be there. */
export function inputOf({ inputs, where }: Operator, index: number): Value {
  const value = inputs[index];
  if (!value) throw new FormatError(where, `has no input ${index}`);
  return value;
}

export function expressionInput(operator: Operator, index = 0): Expression {
  const value = inputOf(operator, index);
  if (value.kind === 'expression') return value;
  throw new FormatError(operator.where, `input ${index} is ${told(value)} and not made from the observation`);
}

export function signalInput(operator: Operator, index = 0): Signal {
  return settle(expressionInput(operator, index));
}

export function constantInput(operator: Operator, index: number): Constant {
  const constant = optionalConstant(operator, index);
  if (!constant) throw new FormatError(operator.where, `has no input ${index}`);
  return constant;
}

export function optionalConstant({ inputs, where }: Operator, index: number): Constant | undefined {
  const value = inputs[index];
  if (!value || value.kind === 'constant') return value;
  throw new FormatError(where, `input ${index} must be constant and depends on the observation`);
}

/** A list of sizes or axes: an attribute in older opsets, an input in newer. */
export function listOf(operator: Operator, name: string, index: number): number[] | undefined {
  const list = intsOf(operator, name);
  if (list) return list;
  const constant = optionalConstant(operator, index);
  return constant && Array.from(requireShort(constant, operator.where).data);
}

const MAX_LIST = 64;

export function requireShort(constant: Constant, where: string): Constant {
  if (constant.data.length <= MAX_LIST) return constant;
  throw new FormatError(where, `takes a list of ${constant.data.length} sizes`);
}

/** The numbers as weights. @throws FormatError, when they are asked for, naming the tensor of which one is not finite */
export function weightsOf({ data, where }: Constant): Numbers {
  return () => {
    if (!data.every(Number.isFinite)) throw new FormatError(where, 'holds a value that is not finite');
    return data instanceof Float32Array ? data : Float32Array.from(data);
  };
}

/** A few numbers, one an output. */
export function finiteNumbers({ data, where }: Constant): Float32Array | Float64Array {
  if (!data.every(Number.isFinite)) throw new FormatError(where, 'holds a value that is not finite');
  return data;
}

export function told(value: Value): string {
  if (value.kind === 'constant') return 'constant';
  return value.kind === 'probabilities' ? 'a softmax' : 'a mean or variance';
}
