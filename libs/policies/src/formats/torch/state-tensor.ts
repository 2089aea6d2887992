import { FormatError } from '../imported.ts';
import { type ElementType, floatReader } from './element-types.ts';
import { type StoredTensor } from './torch-objects.ts';

/** A tensor of a state dict, by its name there, whose numbers are read when they are needed. */
export interface StateTensor {
  name: string;
  shape: number[];
  type: ElementType;
  /** The same for two names of the same numbers. */
  identity: string;
  /** Its numbers, the last axis fastest. @throws FormatError naming the tensor or its place in the file */
  read(): Promise<Float32Array>;
}

/** A tensor as torch stored it, a view or not. */
export function stateTensor(name: string, tensor: StoredTensor): StateTensor {
  const { storage, offset, shape, stride } = tensor;
  return {
    name,
    shape,
    type: storage.type,
    identity: [storage.key, offset, shape.join(), stride.join()].join(' '),
    read: async () => readNumbers(name, await storage.read(), tensor),
  };
}

function readNumbers(name: string, bytes: Uint8Array, { storage, offset, shape, stride }: StoredTensor): Float32Array {
  const numberAt = floatReader(storage.type, bytes);
  if (!numberAt) throw new FormatError(name, `tensor '${name}' is ${storage.type}; weights are floating-point numbers`);
  const numbers = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const position = shape.map(() => 0);
  let at = offset;
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = numberAt(at);
    at = advance(at, { position, shape, stride });
  }
  return numbers;
}

interface Walk {
  position: number[];
  shape: number[];
  stride: number[];
}

/** The place of the next element: the last axis moves, and where it is at its end the one before. */
function advance(at: number, { position, shape, stride }: Walk): number {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis]!++;
    at += stride[axis]!;
    if (position[axis]! < shape[axis]!) return at;
    at -= position[axis]! * stride[axis]!;
    position[axis] = 0;
  }
  return at;
}
