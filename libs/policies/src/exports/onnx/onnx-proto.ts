import protobuf from 'protobufjs/light.js';

/** Element types of tensors, by ONNX's numbers. */
export const ELEMENT = { float: 1, uint8: 2 } as const;

/** Attribute types, by ONNX's numbers. */
export const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

export interface AttributeProto {
  name: string;
  type: (typeof ATTRIBUTE)[keyof typeof ATTRIBUTE];
  f?: number;
  i?: number;
  ints?: number[];
}

export interface NodeProto {
  name: string;
  opType: string;
  input: string[];
  output: string[];
  attribute: AttributeProto[];
}

export interface TensorProto {
  name: string;
  dims: number[];
  dataType: number;
  /** Least significant byte first. */
  rawData: Uint8Array;
}

type Dimension = { dimValue: number } | { dimParam: string };

export interface ValueInfoProto {
  name: string;
  docString: string;
  type: { tensorType: { elemType: number; shape: { dim: Dimension[] } } };
}

export interface ModelProto {
  irVersion: number;
  producerName: string;
  graph: {
    name: string;
    node: NodeProto[];
    initializer: TensorProto[];
    input: ValueInfoProto[];
    output: ValueInfoProto[];
  };
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
}

/** The bytes of an .onnx file. */
export function encodeModel(model: ModelProto): Uint8Array {
  const type = MESSAGES.lookupType('ModelProto');
  return type.encode(type.fromObject(model)).finish();
}

const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ rule: 'repeated', type, id });
// proto2, in which ONNX is defined, packs no numbers.
const unpacked = (type: string, id: number) => ({ ...many(type, id), options: { packed: false } });

/** What of onnx.proto (github.com/onnx/onnx) an exported policy needs, with its numbers. */
const MESSAGES = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        graph: one('GraphProto', 7),
        opsetImport: many('OperatorSetIdProto', 8),
        metadataProps: many('StringStringEntryProto', 14),
      },
    },
    OperatorSetIdProto: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    StringStringEntryProto: { fields: { key: one('string', 1), value: one('string', 2) } },
    GraphProto: {
      fields: {
        node: many('NodeProto', 1),
        name: one('string', 2),
        initializer: many('TensorProto', 5),
        input: many('ValueInfoProto', 11),
        output: many('ValueInfoProto', 12),
      },
    },
    NodeProto: {
      fields: {
        input: many('string', 1),
        output: many('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: many('AttributeProto', 5),
      },
    },
    AttributeProto: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        ints: unpacked('int64', 8),
        type: one('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: unpacked('int64', 1),
        dataType: one('int32', 2),
        name: one('string', 8),
        rawData: one('bytes', 9),
      },
    },
    ValueInfoProto: {
      fields: { name: one('string', 1), type: one('TypeProto', 2), docString: one('string', 3) },
    },
    TypeProto: { fields: { tensorType: one('TensorTypeProto', 1) } },
    TensorTypeProto: { fields: { elemType: one('int32', 1), shape: one('TensorShapeProto', 2) } },
    TensorShapeProto: { fields: { dim: many('DimensionProto', 1) } },
    DimensionProto: { fields: { dimValue: one('int64', 1), dimParam: one('string', 2) } },
  },
});
