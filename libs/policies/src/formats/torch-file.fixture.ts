import yazl from 'yazl';

/** A tensor of a state dict to be written, contiguous where no strides are given. */
export interface Written {
  name: string;
  shape: number[];
  stride?: number[];
  offset?: number;
  type?: string;
  /** Numbers that the storage declares. */
  elements?: number;
  data: Uint8Array;
}

/** Bytes of a pickle of protocol 2 around the opcodes. */
export function pickle(...opcodes: (string | Uint8Array)[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    ...opcodes.map((code) => Buffer.from(code as string)),
    Buffer.from('.'),
  ]);
}

/** A text. */
export function unicode(text: string): Buffer {
  return opcode('X', uint32(Buffer.byteLength(text)), Buffer.from(text));
}

/** A whole number below 2³¹, or a long. */
export function int(value: number): Buffer {
  if (value < 2 ** 31 && value >= -(2 ** 31)) return opcode('J', uint32(value >>> 0));
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return opcode(Buffer.from([0x8a, 8]), bytes);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function opcode(...parts: (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

function tuple(values: number[]): Buffer {
  return opcode('(', ...values.map(int), 't');
}

/** The pickle of a dictionary of tensors, as torch writes it. */
export function statePickle(tensors: Written[]): Buffer {
  const items = tensors.flatMap(({ name, shape, type = 'FloatStorage', data, ...rest }, key) => {
    const stride = rest.stride ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const elements = rest.elements ?? data.byteLength / 4;
    const id = opcode(
      '(',
      unicode('storage'),
      `ctorch\n${type}\n`,
      unicode(`${key}`),
      unicode('cpu'),
      int(elements),
      'tQ',
    );
    const args = opcode('(', id, int(rest.offset ?? 0), tuple(shape), tuple(stride), Buffer.from([0x89]), '}', 't');
    return [unicode(name), 'ctorch._utils\n_rebuild_tensor_v2\n', args, 'R'];
  });
  return pickle('}(', ...items, 'u');
}

/** A file of torch.save with this data.pkl and these storages. */
export function torchZip(dataPkl: Uint8Array, storages: Uint8Array[] = [], extra: Record<string, string> = {}) {
  return zipOf([
    ['archive/data.pkl', dataPkl],
    ...Object.entries(extra).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
    ...storages.map((data, key): [string, Uint8Array] => [`archive/data/${key}`, data]),
  ]);
}

/** A state dict as torch.save writes it. */
export function stateZip(tensors: Written[], extra: Record<string, string> = {}): Promise<Buffer> {
  const storages = tensors.map(({ data }) => data);
  return torchZip(statePickle(tensors), storages, { 'archive/byteorder': 'little', ...extra });
}

/** A zip file of these entries. */
export async function zipOf(entries: [string, Uint8Array][], compress = false): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, data] of entries) zip.addBuffer(Buffer.from(data), name, { compress });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The bytes with one text in place of another of the same length, wherever it stands. */
export function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

/** Little-endian single-precision numbers. */
export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
