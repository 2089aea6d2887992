import { RolloutsError } from '../rollouts-error.ts';

/** What an array says of itself (NumPy's npy format, 1.0 and 2.0). */
export interface NpyHeader {
  shape: number[];
  /** Kind of its numbers: b(ool), i(nt), u(nsigned), f(loat). */
  kind: string;
  itemBytes: number;
  /** Bytes before the numbers. */
  headerBytes: number;
}

/** Enough for the header of any array that is read. */
export const NPY_HEAD_BYTES = 12_000;
const MAGIC = '\x93NUMPY';

/** @throws RolloutsError naming `where` */
export function parseNpyHeader(where: string, head: Uint8Array): NpyHeader {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const version = bytes.length > 6 ? bytes[6] : undefined;
  if (bytes.subarray(0, 6).toString('latin1') !== MAGIC || bytes.length < 12) {
    throw new RolloutsError(`${where}: is no npy file`);
  }
  if (version !== 1 && version !== 2) throw new RolloutsError(`${where}: version ${version} of npy is not read`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (end > bytes.length) throw new RolloutsError(`${where}: its header ends after its end`);
  return { ...parseDictionary(where, bytes.subarray(start, end).toString('latin1')), headerBytes: end };
}

/** The header is a Python dictionary with three keys, as NumPy writes it. */
function parseDictionary(where: string, text: string): Omit<NpyHeader, 'headerBytes'> {
  const descr = /'descr':\s*'([<>|=]?)([a-zA-Z])(\d+)?/.exec(text);
  if (descr?.[2] === 'O') throw new RolloutsError(`${where}: holds pickled objects, which are never read`);
  if (!descr || !'biuf'.includes(descr[2] as string)) {
    throw new RolloutsError(`${where}: its dtype is neither a number nor a boolean`);
  }
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (shape === undefined) throw new RolloutsError(`${where}: its header has no shape`);
  const extents = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  if (/'fortran_order':\s*True/.test(text) && extents.length > 1) {
    throw new RolloutsError(`${where}: is in Fortran order; save numpy.ascontiguousarray(…) of it`);
  }
  return { shape: extents, kind: descr[2] as string, itemBytes: Number(descr[3] ?? 1) };
}

/** Bytes of the numbers that the header promises; not exact above 2⁵³, and then far too many. */
export function dataBytes({ shape, itemBytes }: NpyHeader): number {
  return shape.reduce((product, extent) => product * extent, itemBytes);
}
