import * as tf from '@tensorflow/tfjs-core';
import { answer, attributeValue, constant, type GraphNode, placeholder } from './graph-node.ts';
import { type Binding, type NodeBackend } from './node-backend.ts';

/** A function from tensors to tensors that uses nothing else that may change, and reads no tensor's values. */
export type TensorFunction = (inputs: tf.Tensor[]) => tf.Tensor[];

/** What a function did, as a graph: placeholders `input0`…, answers `output0`…, and between them every operation. */
export interface Recording {
  nodes: GraphNode[];
  inputs: number;
  outputs: number;
}

/**
 * Calls the function once, and writes down what it asks of TensorFlow.
 * @throws Error when it uses a tensor that it was not given, or reads one
 */
export function record(backend: NodeBackend, inputs: readonly tf.TensorInfo[], compute: TensorFunction): Recording {
  const nodes: GraphNode[] = [];
  const names = new Map<number, string>();
  const outputs = tf.tidy(() => {
    // Copies (of the same memory) have names of their own, even when one tensor is given twice.
    const copies = inputs.map((input) => identity(backend, input));
    for (const [index, id] of backend.getInputTensorIds(copies).entries()) {
      nodes.push(placeholder(`input${index}`, dtypeOf(backend, copies[index]!), inputs[index]!.shape));
      names.set(id, `input${index}`);
    }
    return listening(backend, { nodes, names }, () => {
      const results = compute(copies);
      const ids = backend.getInputTensorIds(results);
      return results.map((result, index) => ({ id: ids[index]!, dtype: dtypeOf(backend, result) }));
    });
  });
  for (const [index, { id, dtype }] of outputs.entries())
    nodes.push(answer(`output${index}`, nameOf(names, id, 'the result'), dtype));
  return { nodes, inputs: inputs.length, outputs: outputs.length };
}

interface Written {
  nodes: GraphNode[];
  /** Of tensors, by their numbers. */
  names: Map<number, string>;
}

/** Puts itself between tfjs-node and its addon for as long as `during` takes. */
function listening<T>(backend: NodeBackend, { nodes, names }: Written, during: () => T): T {
  const { binding } = backend;
  const overheard: Pick<Binding, 'executeOp' | 'createTensor' | 'tensorDataSync'> = {
    executeOp(operation, attributes, ids, count) {
      const name = `node${nodes.length}`;
      const inputs = ids.map((id) => nameOf(names, id, operation));
      const values = attributes.map((each) => [each.name, attributeValue(binding, each)] as const);
      nodes.push({ name, operation, inputs, attributes: Object.fromEntries(values) });
      const results = binding.executeOp(operation, attributes, ids, count);
      for (const [index, { id }] of results.entries()) names.set(id, index === 0 ? name : `${name}:${index}`);
      return results;
    },
    createTensor(shape, dtype, values) {
      const name = `node${nodes.length}`;
      nodes.push(constant(name, { dtype, shape, values }));
      const id = binding.createTensor(shape, dtype, values);
      names.set(id, name);
      return id;
    },
    tensorDataSync() {
      throw new Error('a compiled function must not read the values of its tensors');
    },
  };
  const methods = Object.entries(overheard).map(([name, value]) => [name, { value: value }] as const);
  backend.binding = Object.create(binding, Object.fromEntries(methods)) as Binding;
  try {
    return during();
  } finally {
    backend.binding = binding;
  }
}

function nameOf(names: ReadonlyMap<number, string>, id: number, user: string): string {
  const name = names.get(id);
  if (name === undefined) throw new Error(`${user} uses a tensor that the compiled function was not given`);
  return name;
}

const dtypeOf = (backend: NodeBackend, { dataId }: tf.TensorInfo) => backend.tensorMap.get(dataId).dtype;

function identity(backend: NodeBackend, input: tf.TensorInfo): tf.Tensor {
  const type = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: dtypeOf(backend, input) };
  return backend.executeSingleOutput('Identity', [type], [input]) as tf.Tensor;
}
