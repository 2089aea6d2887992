import { createRequire } from 'node:module';
import { type AttributeValue, type GraphNode } from './graph-node.ts';

const require = createRequire(import.meta.url);

/** The SavedModel's name for the one graph in it. */
export const TAG = 'serve';

/** Version of the meaning of operations: that of TensorFlow 2.17, which later ones keep to. */
const PRODUCER = 1882;

/** A graph as TensorFlow's SavedModel (`saved_model.pb`): without variables, signatures and files. */
export function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = message('GraphDef', {
    nodeList: nodes.map(nodeDef),
    versions: message('VersionDef', { producer: PRODUCER }),
  });
  const info = message('MetaGraphDef.MetaInfoDef', { tagsList: [TAG] });
  const metaGraphsList = [message('MetaGraphDef', { metaInfoDef: info, graphDef: graph })];
  return message('SavedModel', { savedModelSchemaVersion: 1, metaGraphsList }).serializeBinary();
}

function nodeDef({ name, operation, inputs, attributes }: GraphNode): Message {
  const node = message('NodeDef', { name, op: operation, inputList: inputs });
  const map = node.getAttrMap!();
  for (const [key, value] of Object.entries(attributes)) map.set(key, message('AttrValue', attribute(value)));
  return node;
}

function attribute({ kind, value }: AttributeValue): Record<string, unknown> {
  switch (kind) {
    case 'int':
      return { i: value };
    case 'ints':
      return { list: message('AttrValue.ListValue', { iList: value }) };
    case 'float':
      return { f: value };
    case 'bool':
      return { b: value };
    case 'type':
      return { type: value };
    case 'string':
      return { s: Buffer.from(value) };
    case 'shape':
      return { shape: shape(value) };
    case 'tensor':
      return {
        tensor: message('Tensor', { dtype: value.dtype, tensorShape: shape(value.shape), tensorContent: value.bytes }),
      };
  }
}

function shape(lengths: readonly number[]): Message {
  return message('TensorShape', { dimList: lengths.map((size) => message('TensorShape.Dim', { size })) });
}

/** Of google-protobuf's classes, what is used here, and a method `setX` for every field x. */
interface Message {
  serializeBinary(): Uint8Array;
  getAttrMap?(): Map<string, Message>;
}

/** A message of TensorFlow's protocol, from the classes with which tfjs-node reads SavedModels. */
function message(kind: string, fields: Record<string, unknown>): Message {
  const Kind = kind.split('.').reduce((scope, name) => scope[name]!, protocol()) as unknown as new () => Message;
  const made = new Kind();
  for (const [field, value] of Object.entries(fields))
    (made as unknown as Record<string, (value: unknown) => void>)[`set${field[0]!.toUpperCase()}${field.slice(1)}`]!(
      value,
    );
  return made;
}

interface Protocol {
  [name: string]: Protocol;
}

const protocol = () => require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Protocol;
