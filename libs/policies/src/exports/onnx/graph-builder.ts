import { type NamedTensor } from '../../weights/safetensors.ts';
import { ATTRIBUTE, type AttributeProto, ELEMENT, type NodeProto, type TensorProto } from './onnx-proto.ts';

/** Whole numbers unless they are said to be floats. */
type Attributes = Readonly<Record<string, number | readonly number[] | { float: number }>>;

interface Operation {
  /** ONNX's operator. */
  type: string;
  /** Name of the node, and of what it gives. */
  name: string;
  inputs: readonly string[];
  attributes?: Attributes;
}

/** A graph as it grows, front to back. */
export interface GraphBuilder {
  nodes: NodeProto[];
  initializers: TensorProto[];
  /** Appends a node; returns the name of its output. */
  add(operation: Operation): string;
  /** Appends a weight; returns its name. */
  weight(name: string, tensor: NamedTensor): string;
  /** Name of a number that is kept once. */
  number(value: number): string;
}

export function createGraph(): GraphBuilder {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const keep = (name: string, dims: number[], data: Float32Array | Uint8Array) => {
    if (!initializers.some((kept) => kept.name === name))
      initializers.push({
        name,
        dims,
        dataType: ELEMENT.float,
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      });
    return name;
  };
  return {
    nodes,
    initializers,
    add({ type, name, inputs, attributes = {} }) {
      const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
      nodes.push({ name, opType: type, input: [...inputs], output: [name], attribute });
      return name;
    },
    weight: (name, { shape, data }) => keep(name, shape, data),
    number: (value) => keep(`number_${value}`, [], Float32Array.of(value)),
  };
}

function attributeProto(name: string, value: Attributes[string]): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  return 'float' in value
    ? { name, type: ATTRIBUTE.float, f: value.float }
    : { name, type: ATTRIBUTE.ints, ints: [...value] };
}
