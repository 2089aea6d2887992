/** One tensor of a safetensors file. */
export interface StoredTensor {
  shape: number[];
  data: Float32Array | Uint8Array;
}

export interface StoredTensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Reads the safetensors files that the service hands out (F32 and U8), in Node and in browsers.
 * @throws TypeError when the bytes are not such a file
 */
export function readSafetensors(bytes: Uint8Array): StoredTensors {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, HeaderEntry>;
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, HeaderEntry> & {
    __metadata__?: Record<string, string>;
  };
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    // A copy, because a Float32Array needs an aligned offset and the file gives none (a Buffer's slice is no copy).
    const data = new Uint8Array(bytes.subarray(8 + length + offsets[0], 8 + length + offsets[1]));
    if (dtype !== 'F32' && dtype !== 'U8')
      throw new TypeError(`tensor '${name}' has dtype ${dtype}; F32 and U8 are read`);
    tensors.set(name, { shape, data: dtype === 'F32' ? new Float32Array(data.buffer) : data });
  }
  return { tensors, metadata };
}
