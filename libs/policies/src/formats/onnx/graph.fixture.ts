import { ModelProto } from './onnx-proto.ts';

/** A graph for tests, in protobuf's JSON. */
export interface GraphJson {
  node: object[];
  initializer?: object[];
  input?: object[];
  output?: object[];
}

export const node = (opType: string, input: string[], output: string[], attribute: object[] = []) => ({
  opType,
  input,
  output,
  name: output[0],
  attribute,
});

/** A float tensor whose every number is `value`. */
export function filled(name: string, dims: number[], value = 0.01) {
  const size = dims.reduce((product, length) => product * length, 1);
  return { name, dims, dataType: 1, rawData: Buffer.from(new Float32Array(size).fill(value).buffer) };
}

export const valueInfo = (name: string, dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});

/** An ONNX file of the graph, whose input is x [?, 2, 8, 8] and whose output is y [?, 3] where nothing else is said. */
export function onnxFile(graph: GraphJson, opset = 17): Uint8Array {
  const whole = { input: [valueInfo('x', [0, 2, 8, 8])], output: [valueInfo('y', [0, 3])], ...graph };
  const message = ModelProto.fromObject({ opsetImport: [{ domain: '', version: opset }], graph: whole });
  return ModelProto.encode(message).finish();
}

/** x, flattened, and the dense layer from `from` to y. */
export const FLAT = node('Flatten', ['x'], ['flat']);
export const head = (from: string) => node('Gemm', [from, 'weight', 'bias'], ['y'], [{ name: 'transB', i: 1 }]);
export const HEAD_WEIGHTS = [filled('weight', [3, 128]), filled('bias', [3])];
