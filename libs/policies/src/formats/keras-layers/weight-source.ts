import { FormatError } from '../imported.ts';
import { type Numbers } from '../trace/signal.ts';
import { type LayerConfig } from './model-config.ts';

/** A tensor of a file; its numbers are fetched when they are needed. */
export interface StoredTensor {
  /** Its name in the file. */
  where: string;
  shape: readonly number[];
  read: Numbers;
}

/** Where a model's weights are: by layer and by what they are to it. */
export interface WeightSource {
  /** @param roles what the layer has, in Keras' order: kernel, bias, gamma, beta, moving_mean, moving_variance */
  find(layer: LayerConfig, role: string, roles: readonly string[]): StoredTensor | undefined;
}

/** A tensor of just this shape. @throws FormatError naming the tensor and both shapes, or a value that is not finite */
export function requireTensor(
  tensor: StoredTensor | undefined,
  shape: readonly number[],
  { layer, role }: { layer: string; role: string },
): StoredTensor {
  if (!tensor) throw new FormatError(layer, `the file has no ${role} of this layer`);
  if (tensor.shape.join() !== shape.join())
    throw new FormatError(
      tensor.where,
      `has shape [${tensor.shape.join(', ')}]; the layer needs [${shape.join(', ')}]`,
    );
  return { ...tensor, read: () => finite(tensor) };
}

function finite({ where, read }: StoredTensor): Float32Array {
  const numbers = read();
  if (!numbers.every(Number.isFinite)) throw new FormatError(where, 'holds a value that is not finite');
  return numbers;
}
