import { FormatError } from '../imported.ts';
import { PickleObject, type PickleValue } from '../pickle/values.ts';
import { type ElementType } from './element-types.ts';

/** A block of numbers that tensors look into; its bytes lie elsewhere in the file. */
export class StoredNumbers extends PickleObject {
  readonly kind = 'storage';
  readonly key: string;
  readonly type: ElementType;
  readonly elements: number;
  /** @throws FormatError where the file has other than the declared bytes */
  readonly read: () => Promise<Uint8Array>;

  constructor(key: string, type: ElementType, elements: number, read: () => Promise<Uint8Array>) {
    super();
    this.key = key;
    this.type = type;
    this.elements = elements;
    this.read = read;
  }
}

/** A tensor as torch describes it: element (i, j, …) is number offset + i stride₀ + j stride₁ + … of its storage. */
export class StoredTensor extends PickleObject {
  readonly kind = 'tensor';
  readonly storage: StoredNumbers;
  readonly offset: number;
  readonly shape: number[];
  readonly stride: number[];

  /** @throws FormatError where the numbers do not lie within the storage, or are more than it has */
  constructor(storage: StoredNumbers, offset: number, shape: number[], stride: number[]) {
    super();
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.stride = stride;
    this.#requireWithin();
  }

  #requireWithin(): void {
    const { storage, offset, shape, stride } = this;
    const elements = shape.reduce((product, size) => product * size, 1);
    const last = shape.reduce((index, size, axis) => index + (size - 1) * stride[axis]!, offset);
    if (elements === 0 || (elements <= storage.elements && last < storage.elements)) return;
    const claim = `shape [${shape.join(', ')}], strides [${stride.join(', ')}] and offset ${offset}`;
    throw new FormatError(
      `storage ${storage.key}`,
      `a tensor of ${claim} is not within its ${storage.elements} numbers`,
    );
  }
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, …)`, `_rebuild_tensor` alike. @throws FormatError */
export function rebuildTensor(where: string, [storage, offset, shape, stride]: PickleValue[]): StoredTensor {
  const known = storage instanceof StoredNumbers && isSize(offset) && isSizes(shape) && isSizes(stride);
  if (!known || shape.length !== stride.length)
    throw new FormatError(where, 'a tensor is rebuilt from other than storage, offset, shape and strides');
  return new StoredTensor(storage, offset, shape, stride);
}

/** A whole number that counts elements. */
export function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSizes(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 8 && value.every(isSize);
}
