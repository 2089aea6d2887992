import Zstd from 'numcodecs/zstd';
import { ZSTD_LEVEL } from './zarr-array.ts';

const ZSTD_MAGIC = 0xfd2fb528;
const codec = Zstd.fromConfig({ id: 'zstd', level: ZSTD_LEVEL });

/** One chunk, compressed. The same bytes in give the same bytes out. */
export async function encodeChunk(bytes: Uint8Array): Promise<Uint8Array> {
  return codec.encode(bytes);
}

/** The chunk again, `size` bytes long. @throws when it is corrupt; check its declared size first */
export async function decodeChunk(encoded: Uint8Array, size: number): Promise<Uint8Array> {
  const bytes = await codec.decode(encoded);
  if (bytes.length !== size) throw new Error(`unpacks to ${bytes.length} bytes, not ${size}`);
  return bytes;
}

/** How large the chunk says it is, undefined where it says nothing: Frame_Content_Size of RFC 8878, section 3.1.1.1. */
export function declaredSize(encoded: Uint8Array): number | undefined {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (view.byteLength < 6 || view.getUint32(0, true) !== ZSTD_MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor >> 5) & 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  const sizeBytes = [singleSegment, 2, 4, 8][descriptor >> 6] ?? 0;
  if (sizeBytes === 0 || view.byteLength < at + sizeBytes) return undefined;
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
