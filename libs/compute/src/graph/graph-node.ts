import { type Binding, type OperationAttribute } from './node-backend.ts';

/** A node of a graph. An input is a node's name, or name:k for another output than its first. */
export interface GraphNode {
  name: string;
  operation: string;
  inputs: string[];
  attributes: Record<string, AttributeValue>;
}

export type AttributeValue =
  | { kind: 'int' | 'float' | 'type'; value: number }
  | { kind: 'ints' | 'shape'; value: readonly number[] }
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'tensor'; value: { dtype: number; shape: readonly number[]; bytes: Uint8Array } };

/** What a graph is given in each run. */
export function placeholder(name: string, dtype: number, shape: readonly number[]): GraphNode {
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  };
  return { name, operation: 'Placeholder', inputs: [], attributes };
}

/** Numbers that are the same in each run; they are copied. */
export function constant(
  name: string,
  { dtype, shape, values }: { dtype: number; shape: readonly number[]; values: ArrayBufferView },
): GraphNode {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: dtype },
    value: { kind: 'tensor', value: { dtype, shape, bytes } },
  };
  return { name, operation: 'Const', inputs: [], attributes };
}

/** What a run answers: the value of another node, so that even an input or a constant may be asked for, and one twice. */
export function answer(name: string, input: string, dtype: number): GraphNode {
  return { name, operation: 'Identity', inputs: [input], attributes: { T: { kind: 'type', value: dtype } } };
}

/** @throws Error for a kind of attribute that no operation of ours has */
export function attributeValue(binding: Binding, { name, type, value }: OperationAttribute): AttributeValue {
  switch (type) {
    case binding.TF_ATTR_INT:
      return Array.isArray(value)
        ? { kind: 'ints', value: value as number[] }
        : { kind: 'int', value: value as number };
    case binding.TF_ATTR_TYPE:
      return { kind: 'type', value: value as number };
    case binding.TF_ATTR_BOOL:
      return { kind: 'bool', value: value as boolean };
    case binding.TF_ATTR_STRING:
      return { kind: 'string', value: value as string };
    case binding.TF_ATTR_FLOAT:
      if (!Array.isArray(value)) return { kind: 'float', value: value as number };
  }
  throw new Error(`the attribute ${name} is of a kind that cannot be written into a graph`);
}
