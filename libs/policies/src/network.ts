import { conv, dense, flatten, type Layer, type Network, relu, unblock } from '@distiller/sobolev';
import { type LayerRow } from './description/layer-table.ts';

/**
 * The block in which the first layer can take its input without rearranging it: its stride, where kernel and image
 * divide by it, else 1. Batches come in the teacher's, so that teacher and student see the same tensor.
 */
export function inputBlock(rows: readonly LayerRow[]): number {
  const first = rows[0];
  if (first?.spec.kind !== 'conv') return 1;
  const { kernel, stride } = first.spec;
  const [height, width] = first.inputShape;
  const divides = kernel % stride === 0 && (height! - kernel) % stride === 0 && (width! - kernel) % stride === 0;
  return divides ? stride : 1;
}

/** The network of a layer table, for inputs in space-to-depth layout with the given block. */
export function buildNetwork(rows: readonly LayerRow[], block: number): Network {
  const [height, width, channels] = rows[0]!.inputShape as [number, number, number];
  const direct = block === 1 || inputBlock(rows) === block;
  const layers = rows.map((row, index) => buildLayer(row, index === 0 && direct && block > 1));
  return {
    block,
    inputShape: [height / block, width / block, block * block * channels],
    layers: direct ? layers : [unblock({ block, outputShape: [height, width, channels] }), ...layers],
  };
}

function buildLayer({ name, spec, inputShape }: LayerRow, blockedInput: boolean): Layer {
  switch (spec.kind) {
    case 'conv':
      return conv({ ...spec, name, inputShape: inputShape as [number, number, number], blockedInput });
    case 'dense':
      return dense({ name, inputs: inputShape[0]!, units: spec.units });
    case 'flatten':
      return flatten({ name, inputShape });
    case 'relu':
      return relu({ name, inputShape });
  }
}
