import { type ModelBuilder } from './layers-model.ts';

interface Edges {
  /** Of the layer that needs them. */
  name: string;
  input: string;
  inputShape: readonly number[];
  padding: number;
}

/**
 * Padding of −∞ for a max-pool, which Keras has not: the edge's own pixels again. A window that reaches over the edge holds
 * the edge's pixel anyway, as padding is at most half a window, so that its maximum is the same.
 */
export function addEdges(model: ModelBuilder, { name, input, inputShape, padding }: Edges): string {
  if (padding === 0) return input;
  const rows = repeatEdges(model, input, { name: `${name}.rows`, axis: 1, length: inputShape[0]!, padding });
  return repeatEdges(model, rows, { name: `${name}.columns`, axis: 2, length: inputShape[1]!, padding });
}

interface Along {
  name: string;
  /** 1: rows, 2: columns. */
  axis: 1 | 2;
  length: number;
  padding: number;
}

function repeatEdges(model: ModelBuilder, input: string, { name, axis, length, padding }: Along): string {
  const crop = (part: string, along: [number, number]) => {
    const cropping = axis === 1 ? [along, [0, 0]] : [[0, 0], along];
    const config = { cropping, data_format: 'channels_last' };
    return model.add({ type: 'Cropping2D', name: `${name}.${part}`, inputs: [input], config });
  };
  const first = Array<string>(padding).fill(crop('first', [0, length - 1]));
  const last = Array<string>(padding).fill(crop('last', [length - 1, 0]));
  return model.add({ type: 'Concatenate', name, inputs: [...first, input, ...last], config: { axis } });
}
