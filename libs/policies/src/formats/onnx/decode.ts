import protobuf from 'protobufjs/light.js';
import { FormatError } from '../imported.ts';
import { type Graph, type Model, ModelProto, toNumber } from './onnx-proto.ts';

/** What is read was tried from 11 to 20; operators that changed before or since may mean something else. */
const OPSETS = { least: 9, most: 24 };

export interface OnnxGraph {
  graph: Graph;
  opset: number;
}

/** The graph of an ONNX file. @throws FormatError when it is none, or is made of more parts than any policy */
export function decodeOnnx(bytes: Uint8Array): OnnxGraph {
  const model = parse(bytes);
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (!model.graph || !opset)
    throw new FormatError('file', 'no ONNX model: it has no graph, or does not name its operators');
  const version = toNumber(opset.version);
  if (!(version >= OPSETS.least && version <= OPSETS.most))
    throw new FormatError('opset_import', `opset ${version}: ${OPSETS.least} to ${OPSETS.most} are read`);
  return { graph: model.graph, opset: version };
}

function parse(bytes: Uint8Array): Model {
  try {
    countParts(bytes);
    return ModelProto.decode(bytes) as unknown as Model;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      'file',
      `no ONNX model, or a damaged one: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

/** Every part becomes an object of a hundred bytes or so: a file of two-byte parts would take fifty times its size. */
const MAX_PARTS = 1_000_000;

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'info' | 'type' | 'tensor-type' | 'shape' | 'leaf';

/** The messages within each message that are decoded, by field number. */
const WITHIN: Record<Kind, Record<number, Kind>> = {
  model: { 7: 'graph', 8: 'leaf' },
  graph: { 1: 'node', 5: 'tensor', 11: 'info', 12: 'info' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor' },
  tensor: { 13: 'leaf' },
  info: { 2: 'type' },
  type: { 1: 'tensor-type' },
  'tensor-type': { 2: 'shape' },
  shape: { 1: 'leaf' },
  leaf: {},
};
/** Packed numbers that become an object each. */
const COUNTED: Partial<Record<Kind, number[]>> = { tensor: [1, 5, 7], attribute: [7, 8] };

function countParts(bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  let left = MAX_PARTS;
  const spend = (parts: number) => {
    left -= parts;
    if (left < 0) throw new FormatError('file', `more than ${MAX_PARTS} parts`);
  };
  const walk = (kind: Kind, end: number, depth: number) => {
    while (reader.pos < end) {
      const tag = reader.uint32();
      spend(1);
      if ((tag & 7) !== 2) {
        reader.skipType(tag & 7);
        continue;
      }
      const length = reader.uint32();
      const within = WITHIN[kind][tag >>> 3];
      if (length > end - reader.pos) throw new FormatError('file', 'a part is longer than what holds it');
      if (within === undefined || depth > 8) {
        if (COUNTED[kind]?.includes(tag >>> 3)) spend(length);
        reader.skip(length);
      } else walk(within, reader.pos + length, depth + 1);
    }
  };
  walk('model', bytes.length, 0);
}
