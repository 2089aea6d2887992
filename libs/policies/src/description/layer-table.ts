import { type LayerSpec } from './layer-spec.ts';

/** One row of a policy's layer table. Shapes are without the batch: [height, width, channels] or [units]. */
export interface LayerRow {
  name: string;
  spec: LayerSpec;
  inputShape: number[];
  outputShape: number[];
  /** Trainable numbers. */
  parameters: number;
  /** Floating-point operations of one forward pass of one example (a multiply and an add are two). */
  flops: number;
}

export interface LayerTable {
  rows: LayerRow[];
  parameters: number;
  flops: number;
}

/** A layer that cannot stand where it was put; `index` is its place in the list. */
export class ArchitectureError extends Error {
  readonly index: number;
  readonly field: string;

  constructor(index: number, field: string, message: string) {
    super(message);
    this.name = 'ArchitectureError';
    this.index = index;
    this.field = field;
  }
}

/**
 * Follows the shapes through the layers.
 * @param inputShape [height, width, channels] of one observation
 * @param actions number of logits that the last layer must give
 * @throws ArchitectureError at the first layer that does not fit
 */
export function layerTable(layers: readonly LayerSpec[], inputShape: number[], actions: number): LayerTable {
  const names = layerNames(layers);
  const rows: LayerRow[] = [];
  let shape = inputShape;
  for (const [index, spec] of layers.entries()) {
    const row = { name: names[index] ?? spec.kind, spec, inputShape: shape, ...measure(spec, shape, index) };
    rows.push(row);
    requireSize(rows);
    shape = row.outputShape;
  }
  requireLogits(layers, actions);
  const total = (field: 'parameters' | 'flops') => rows.reduce((sum, row) => sum + row[field], 0);
  return { rows, parameters: total('parameters'), flops: total('flops') };
}

/** Beyond this a policy with its optimiser state would fill a small machine, and no Atari policy comes near it. */
const MAX_PARAMETERS = 50_000_000;

function requireSize(rows: readonly LayerRow[]): void {
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  if (parameters <= MAX_PARAMETERS) return;
  const field = rows.at(-1)?.spec.kind === 'conv' ? 'filters' : 'units';
  throw new ArchitectureError(rows.length - 1, field, `more than ${MAX_PARAMETERS} parameters`);
}

function requireLogits(layers: readonly LayerSpec[], actions: number): void {
  const last = layers.at(-1);
  const index = layers.length - 1;
  if (last?.kind !== 'dense')
    throw new ArchitectureError(index, 'kind', 'the last layer must be dense: it gives the logits');
  if (last.units === actions) return;
  throw new ArchitectureError(
    index,
    'units',
    `the last layer has ${last.units} units but there are ${actions} actions`,
  );
}

type Measure = Pick<LayerRow, 'outputShape' | 'parameters' | 'flops'>;

function measure(spec: LayerSpec, shape: number[], index: number): Measure {
  switch (spec.kind) {
    case 'conv': {
      const [height, width, channels] = requireImage(shape, index, 'conv');
      const out = [height, width].map((size) => Math.floor((size - spec.kernel) / spec.stride) + 1);
      if (out.some((size) => size < 1)) {
        throw new ArchitectureError(
          index,
          'kernel',
          `a ${spec.kernel}×${spec.kernel} kernel does not fit in ${height}×${width}`,
        );
      }
      const weights = spec.kernel ** 2 * channels * spec.filters;
      const positions = out[0]! * out[1]!;
      return {
        outputShape: [...out, spec.filters],
        parameters: weights + spec.filters,
        flops: 2 * weights * positions,
      };
    }
    case 'dense': {
      if (shape.length !== 1)
        throw new ArchitectureError(index, 'kind', 'a dense layer needs a flatten layer before it');
      const weights = shape[0]! * spec.units;
      return { outputShape: [spec.units], parameters: weights + spec.units, flops: 2 * weights };
    }
    case 'flatten':
      return { outputShape: [shape.reduce((product, size) => product * size, 1)], parameters: 0, flops: 0 };
    case 'relu':
      return { outputShape: shape, parameters: 0, flops: 0 };
  }
}

function requireImage(shape: number[], index: number, kind: string): [number, number, number] {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined) {
    throw new ArchitectureError(index, 'kind', `a ${kind} layer cannot come after flatten`);
  }
  return [height, width, channels];
}

/** conv1, conv2 …, dense (or dense1, dense2 … where there are several), and `logits` for the last: names of the weights on disk. */
export function layerNames(layers: readonly LayerSpec[]): string[] {
  const hidden = layers.filter((layer, index) => layer.kind === 'dense' && index < layers.length - 1).length;
  const seen = new Map<string, number>();
  return layers.map(({ kind }, index) => {
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    if (kind === 'dense' && index === layers.length - 1) return 'logits';
    if (kind === 'dense' && hidden === 1) return 'dense';
    return `${kind}${count}`;
  });
}
