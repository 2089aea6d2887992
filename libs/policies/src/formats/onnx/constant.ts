import { FormatError } from '../imported.ts';
import { bfloatToFloat, halfToFloat } from '../half.ts';
import { type Tensor, toNumber } from './onnx-proto.ts';

/** Numbers that the file gives or that follow from them. */
export interface Constant {
  kind: 'constant';
  /** The tensor or operator that they are from. */
  where: string;
  shape: number[];
  data: Float32Array | Float64Array;
}

/** Numbers of ONNX's data types that weights, sizes and flags come in, little-endian. */
interface DataType {
  name: string;
  bytes: number;
  fromRaw: (view: DataView, at: number) => number;
  /** The field that holds them where they are not raw. */
  field: 'floatData' | 'int32Data' | 'int64Data' | 'doubleData';
  fromField?: (value: number) => number;
}

const TYPES = new Map<number, DataType>([
  [1, { name: 'float', bytes: 4, fromRaw: (view, at) => view.getFloat32(at, true), field: 'floatData' }],
  [2, { name: 'uint8', bytes: 1, fromRaw: (view, at) => view.getUint8(at), field: 'int32Data' }],
  [3, { name: 'int8', bytes: 1, fromRaw: (view, at) => view.getInt8(at), field: 'int32Data' }],
  [6, { name: 'int32', bytes: 4, fromRaw: (view, at) => view.getInt32(at, true), field: 'int32Data' }],
  [7, { name: 'int64', bytes: 8, fromRaw: (view, at) => Number(view.getBigInt64(at, true)), field: 'int64Data' }],
  [9, { name: 'bool', bytes: 1, fromRaw: (view, at) => view.getUint8(at), field: 'int32Data' }],
  [
    10,
    {
      name: 'float16',
      bytes: 2,
      fromRaw: (view, at) => halfToFloat(view.getUint16(at, true)),
      field: 'int32Data',
      fromField: halfToFloat,
    },
  ],
  [11, { name: 'double', bytes: 8, fromRaw: (view, at) => view.getFloat64(at, true), field: 'doubleData' }],
  [
    16,
    {
      name: 'bfloat16',
      bytes: 2,
      fromRaw: (view, at) => bfloatToFloat(view.getUint16(at, true)),
      field: 'int32Data',
      fromField: bfloatToFloat,
    },
  ],
]);
const MAX_RANK = 8;

/** @throws FormatError naming the tensor: kept outside the file, of another type, or not as long as its shape says */
export function readTensor(tensor: Tensor, where: string): Constant {
  const external = tensor.externalData.find(({ key }) => key === 'location')?.value;
  if (tensor.dataLocation !== 0 || tensor.externalData.length > 0)
    throw new FormatError(
      where,
      `is kept in another file, '${external ?? 'unnamed'}': export the model into a single file`,
    );
  const type = TYPES.get(tensor.dataType);
  if (!type) throw new FormatError(where, `has data type ${tensor.dataType}, which is not read`);
  const shape = tensor.dims.map(toNumber);
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length > MAX_RANK || !shape.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw new FormatError(where, `has shape [${shape.join(', ')}]`);
  return { kind: 'constant', where, shape, data: numbersOf(tensor, { type, size, where, shape }) };
}

interface Declared {
  type: DataType;
  size: number;
  where: string;
  shape: number[];
}

function numbersOf(tensor: Tensor, { type, size, where, shape }: Declared): Float32Array | Float64Array {
  const raw = tensor.rawData;
  const values = tensor[type.field];
  const present = raw.length > 0 ? raw.length / type.bytes : values.length;
  // Before the allocation: the declared shape is not to be trusted.
  if (present !== size)
    throw new FormatError(
      where,
      `of shape [${shape.join(', ')}] needs ${size} numbers of ${type.name} and has ${present}`,
    );
  const data = type.bytes === 8 || type.name === 'int32' ? new Float64Array(size) : new Float32Array(size);
  if (raw.length > 0) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let index = 0; index < size; index++) data[index] = type.fromRaw(view, index * type.bytes);
  } else {
    const convert = type.fromField ?? ((value: number) => value);
    for (const [index, value] of values.entries()) data[index] = convert(toNumber(value));
  }
  return data;
}
