import { ArchitectureError } from './architecture-error.ts';
import { layerNames } from './layer-names.ts';
import { type LayerSpec } from './layer-spec.ts';
import { measure } from './measure.ts';

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
  /** The layers of a residual block. */
  inner?: LayerRow[];
}

export interface LayerTable {
  rows: LayerRow[];
  parameters: number;
  flops: number;
}

/**
 * Follows the shapes through the layers.
 * @param inputShape [height, width, channels] of one observation
 * @param actions number of logits that the last layer must give
 * @throws ArchitectureError at the first layer that does not fit
 */
export function layerTable(layers: readonly LayerSpec[], inputShape: number[], actions: number): LayerTable {
  const rows = layerRows(layers, inputShape);
  requireLogits(layers, actions);
  return { rows, parameters: total(rows, 'parameters'), flops: total(rows, 'flops') };
}

/** @param block name of the residual block that the layers are in */
function layerRows(layers: readonly LayerSpec[], inputShape: number[], block?: string): LayerRow[] {
  const names = layerNames(layers, block);
  const rows: LayerRow[] = [];
  let shape = inputShape;
  for (const [index, spec] of layers.entries()) {
    const place = { name: names[index] ?? spec.kind, spec, inputShape: shape };
    const row =
      spec.kind === 'residual' ? residualRow(spec.layers, place, index) : { ...place, ...measure(spec, shape, index) };
    rows.push(row);
    requireSize(rows);
    shape = row.outputShape;
  }
  return rows;
}

type Place = Pick<LayerRow, 'name' | 'spec' | 'inputShape'>;

function residualRow(layers: readonly LayerSpec[], place: Place, index: number): LayerRow {
  const { name, inputShape } = place;
  const inner = within(index, () => layerRows(layers, inputShape, name));
  const outputShape = inner.at(-1)?.outputShape ?? [];
  if (outputShape.join() !== inputShape.join()) {
    const shapes = `[${inputShape.join(', ')}] and gives [${outputShape.join(', ')}]`;
    throw new ArchitectureError(index, 'layers', `a residual block must keep its shape: this one takes ${shapes}`);
  }
  // The sum with the input is one operation an element.
  const flops = total(inner, 'flops') + inputShape.reduce((product, size) => product * size, 1);
  return { ...place, outputShape, parameters: total(inner, 'parameters'), flops, inner };
}

/** What is wrong inside a block is wrong at the block's place, in a field of one of its layers. */
function within<T>(index: number, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new ArchitectureError(index, `layers/${error.index}/${error.field}`, error.message);
  }
}

function total(rows: readonly LayerRow[], field: 'parameters' | 'flops'): number {
  return rows.reduce((sum, row) => sum + row[field], 0);
}

/** Beyond this a policy with its optimiser state would fill a small machine, and no Atari policy comes near it. */
const MAX_PARAMETERS = 50_000_000;

function requireSize(rows: readonly LayerRow[]): void {
  if (total(rows, 'parameters') <= MAX_PARAMETERS) return;
  throw new ArchitectureError(rows.length - 1, sizeField(rows.at(-1)!.spec), `more than ${MAX_PARAMETERS} parameters`);
}

/** The field that makes a layer large. */
function sizeField({ kind }: LayerSpec): string {
  if (kind === 'conv') return 'filters';
  if (kind === 'dense') return 'units';
  return kind === 'residual' ? 'layers' : 'kind';
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
