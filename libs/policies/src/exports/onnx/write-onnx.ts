import { type ExportedFile, type ExportRequest } from '../exported-file.ts';
import { addLayers } from './add-layer.ts';
import { createGraph, type GraphBuilder } from './graph-builder.ts';
import { ELEMENT, encodeModel, type ValueInfoProto } from './onnx-proto.ts';

/** Opset 17 of 2022, the first with layer norm, which every runtime of the last years reads. */
const [OPSET, IR_VERSION] = [17, 8];

/**
 * An ONNX model: `observations` uint8 [n, height, width, stack], as the contract has them → `logits` float32
 * [n, actions]. Cast, scaling and the transposition to [n, stack, height, width] are in the graph, and any n will do. The
 * metadata stand in `metadata_props`.
 */
export function writeOnnx({ rows, weights, scale, metadata }: ExportRequest): ExportedFile {
  const graph = createGraph();
  const shape = rows[0]!.inputShape;
  const logits = addLayers(rows, { graph, weights, input: addPixels(graph, scale, shape) });
  const bytes = encodeModel({
    irVersion: IR_VERSION,
    producerName: 'sobolev-distiller',
    graph: {
      name: 'policy',
      node: graph.nodes,
      initializer: graph.initializers,
      input: [batch('observations', { type: ELEMENT.uint8, shape, meaning: '[n, height, width, stack], 0-255' })],
      output: [batch(logits, { type: ELEMENT.float, shape: rows.at(-1)!.outputShape, meaning: '[n, actions]' })],
    },
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return { suffix: '.onnx', mediaType: 'application/onnx', bytes };
}

/** From bytes to pixels as the first layer has them. */
function addPixels(graph: GraphBuilder, scale: ExportRequest['scale'], shape: readonly number[]): string {
  const floats = { to: ELEMENT.float };
  const cast = graph.add({ type: 'Cast', name: 'pixels', inputs: ['observations'], attributes: floats });
  const inputs = [cast, graph.number(1 / 255)];
  const scaled = scale === '1' ? cast : graph.add({ type: 'Mul', name: 'scaled_pixels', inputs });
  if (shape.length !== 3) return scaled;
  return graph.add({ type: 'Transpose', name: 'image', inputs: [scaled], attributes: { perm: [0, 3, 1, 2] } });
}

interface Meaning {
  type: number;
  shape: readonly number[];
  meaning: string;
}

function batch(name: string, { type, shape, meaning }: Meaning): ValueInfoProto {
  const dim = [{ dimParam: 'n' }, ...shape.map((size) => ({ dimValue: size }))];
  return { name, docString: meaning, type: { tensorType: { elemType: type, shape: { dim } } } };
}
