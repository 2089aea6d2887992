import { crc32 } from 'node:zlib';
import { decodeChunk, encodeChunk } from '../chunk-codec.ts';
import { type EpisodeSteps } from '../episode.ts';
import { RolloutsError } from '../rollouts-error.ts';

/** Sizes of everything in a staged episode, fixed for the whole recording. */
export interface BlockShape {
  height: number;
  width: number;
  /** Columns of the log-probabilities; 0 where there are none. */
  columns: number;
}

const MAGIC = 0x31424c52;
const HEADER_BYTES = 20;
/** A block is what is encoded at once: frames enough for zstd to find what they share. */
export const STEPS_PER_BLOCK = 256;

/**
 * Some steps as bytes: u32 magic, steps, columns, bytes of the body, CRC-32 of the body; then rewards (float32), log-probabilities
 * (float32), actions, and the frames in one zstd frame. Little endian.
 */
export async function encodeBlock({ frames, actions, rewards, logProbs }: EpisodeSteps): Promise<Buffer> {
  const columns = logProbs ? logProbs.length / actions.length : 0;
  const body = Buffer.concat([
    bytesOf(rewards),
    bytesOf(logProbs ?? new Float32Array()),
    actions,
    await encodeChunk(frames),
  ]);
  const header = Buffer.alloc(HEADER_BYTES);
  for (const [index, value] of [MAGIC, actions.length, columns, body.length, crc32(body)].entries()) {
    header.writeUInt32LE(value, 4 * index);
  }
  return Buffer.concat([header, body]);
}

/** Reads that many bytes on from where it is, fewer only at the end. */
export type Read = (bytes: number) => Promise<Buffer>;

interface Block {
  steps: number;
  body: Buffer;
}

/**
 * Yields the blocks of a staged episode as they lie there, their checksums checked.
 * @throws RolloutsError naming `name` and the block that is cut short or corrupt
 */
export async function* readBlocks(name: string, { height, width, columns }: BlockShape, read: Read) {
  for (let index = 0; ; index++) {
    const fault = (what: string) => new RolloutsError(`${name}: block ${index} ${what}`);
    const header = await read(HEADER_BYTES);
    if (header.length === 0) return;
    if (header.length < HEADER_BYTES) throw fault('is cut short');
    const [magic, steps, stored, length, checksum] = [0, 4, 8, 12, 16].map((at) => header.readUInt32LE(at)) as Five;
    const most = 5 * STEPS_PER_BLOCK * (1 + columns + height * width) + 65_536;
    if (magic !== MAGIC || stored !== columns || steps === 0 || steps > STEPS_PER_BLOCK || length > most) {
      throw fault('is corrupt');
    }
    const body = await read(length);
    if (body.length < length) throw fault('is cut short');
    if (crc32(body) !== checksum) throw fault('is corrupt: its checksum differs');
    yield { steps, body } satisfies Block;
  }
}

/** The steps of a block. @throws when the frames do not unpack, which their checksum excludes */
export async function decodeBlock(
  { height, width, columns }: BlockShape,
  { steps, body }: Block,
): Promise<EpisodeSteps> {
  const [rewardsEnd, logProbsEnd] = [4 * steps, 4 * steps * (1 + columns)];
  return {
    frames: await decodeChunk(body.subarray(logProbsEnd + steps), steps * height * width),
    height,
    width,
    actions: new Uint8Array(body.subarray(logProbsEnd, logProbsEnd + steps)),
    rewards: floatsOf(body.subarray(0, rewardsEnd)),
    ...(columns > 0 ? { logProbs: floatsOf(body.subarray(rewardsEnd, logProbsEnd)) } : {}),
  };
}

type Five = [number, number, number, number, number];

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
/** A copy: its place among other bytes is not a multiple of four. */
const floatsOf = (bytes: Buffer) => new Float32Array(new Uint8Array(bytes).buffer);
