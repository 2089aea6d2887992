import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { type Axes } from '../trace/axes.ts';
import { chooseOutput, type TracedOutput } from '../trace/choose-output.ts';
import { finish } from '../trace/finish.ts';
import { observation, type Signal } from '../trace/signal.ts';
import { decodeOnnx, type OnnxGraph } from './decode.ts';
import { toNumber, type ValueInfo } from './onnx-proto.ts';
import { settle, type Value } from './value.ts';
import { walkGraph } from './walk.ts';

/**
 * A policy out of an ONNX file: the layers on the way from the observation to the output that is as wide as there are actions.
 * @throws FormatError naming the operator and its node, the tensor or the output at fault
 */
export function readOnnx(request: ImportRequest): ImportedPolicy {
  const onnx = decodeOnnx(request.bytes);
  const input = observationInput(onnx, request.input);
  const failures: FormatError[] = [];
  for (const axes of input.axes) {
    try {
      return readFrom(onnx, { name: input.name, signal: observation(request.input, axes) }, request);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      failures.push(error);
    }
  }
  throw failures[0]!;
}

function readFrom(onnx: OnnxGraph, input: { name: string; signal: Signal }, request: ImportRequest): ImportedPolicy {
  const valueOf = walkGraph(onnx, input);
  const outputs = onnx.graph.output.map(({ name }) => name);
  const { logits, remarks } = chooseOutput(outputs, (name) => outputOf(name, valueOf(name)), request.actions);
  const policy = finish(logits, request);
  return { ...policy, remarks: [...remarks, ...policy.remarks] };
}

function outputOf(name: string, value: Value): TracedOutput {
  if (value.kind === 'probabilities') return { signal: value.logits, softmax: true };
  if (value.kind === 'expression') return { signal: settle(value), softmax: false };
  throw new FormatError(name, 'does not depend on the observation');
}

/** The input that the observation goes into, and the orders that its axes may have there. */
function observationInput({ graph }: OnnxGraph, shape: readonly number[]): { name: string; axes: Axes[] } {
  const given = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !given.has(name));
  for (const input of inputs) {
    const axes = axesOf(input, shape);
    if (axes.length > 0) return { name: input.name, axes };
  }
  const [height, width, stack] = shape;
  const told = inputs.slice(0, 8).map((input) => `'${input.name}' [${dimensions(input).join(', ')}]`);
  throw new FormatError(
    'input',
    `the model takes ${told.join(', ') || 'nothing'}; observations are [batch, ${stack}, ${height}, ${width}] or [batch, ${height}, ${width}, ${stack}]`,
  );
}

function axesOf(input: ValueInfo, [height, width, channels]: readonly number[]): Axes[] {
  const lengths = input.type?.tensorType?.shape?.dim.map(({ dimValue }) => toNumber(dimValue));
  const orders: [Axes, (number | undefined)[]][] = [
    ['chw', [channels, height, width]],
    ['hwc', [height, width, channels]],
  ];
  // A length of 0 is one that the file leaves open.
  const fits = (shape: (number | undefined)[]) =>
    lengths === undefined ||
    (lengths.length === 4 && shape.every((length, axis) => [0, length].includes(lengths[axis + 1])));
  return orders.filter(([, shape]) => fits(shape)).map(([axes]) => axes);
}

function dimensions({ type }: ValueInfo): string[] {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return dims.slice(0, 8).map(({ dimValue, dimParam }) => dimParam || String(toNumber(dimValue)));
}
