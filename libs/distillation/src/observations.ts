import { type Frames, type FrameStore, gatherPixels, type Rollouts, selectFrames } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';

/** Recorded frames as the networks of one job see them: stacked and scaled. */
export interface Observations {
  frames: Frames;
  /** Frames in one observation. */
  stack: number;
}

/** Recorded frames that are read as they are needed, for they are too many to be held. */
export interface StoredObservations {
  store: FrameStore;
  stack: number;
  /** Of decoded frames that may be in memory: three quarters are those that are trained on, a quarter those to evaluate on. */
  bytes: number;
}

export type RecordedObservations = Observations | StoredObservations;

/** Decoded frames that a job holds, unless told: 152,000 of 84×84. */
const FRAMES_BYTES = 2 ** 30;

/** One buffer holds them, whose bytes are counted in 31 bits where frames are stacked. */
const MOST_BYTES = 2 ** 31 - 1;

/** Of decoded chunks where frames are read in order: what stands before a chunk is in the one before. */
const CACHE_BYTES = 2 ** 24;

/**
 * All frames in memory where they take at most `framesBytes`; otherwise they are read as they are needed.
 * @throws RolloutsError naming the chunk that is corrupt
 */
export async function openObservations(
  rollouts: Rollouts,
  stack: number,
  framesBytes = FRAMES_BYTES,
): Promise<RecordedObservations> {
  const bytes = Math.min(framesBytes, MOST_BYTES);
  const { frameCount, height, width } = rollouts;
  if (frameCount * height * width <= bytes) return { frames: await rollouts.loadFrames(), stack };
  return { store: await rollouts.openFrames({ cacheBytes: Math.min(CACHE_BYTES, bytes) }), stack, bytes };
}

export async function closeObservations(observations: RecordedObservations): Promise<void> {
  if (!isHeld(observations)) await observations.store.close();
}

export function isHeld(observations: RecordedObservations): observations is Observations {
  return 'frames' in observations;
}

/** Observations, and where among them those are that were asked for. */
interface Chosen<O extends RecordedObservations = Observations> {
  observations: O;
  lists: Int32Array[];
}

/** As `holdObservations` where that takes a quarter of the memory at most; otherwise they stay where they are. */
export async function keepObservations(
  observations: RecordedObservations,
  lists: Int32Array[],
): Promise<Chosen<RecordedObservations>> {
  if (isHeld(observations)) return { observations, lists };
  const { store, stack, bytes } = observations;
  const frames = stack * lists.reduce((sum, { length }) => sum + length, 0);
  const fits = frames * store.height * store.width <= bytes / 4;
  return fits ? holdObservations(observations, lists) : { observations, lists };
}

/**
 * The observations that end in these frames, in memory; all of them where they are there already.
 * @param withNext whether those one step later are needed too
 */
export async function holdObservations(
  observations: RecordedObservations,
  lists: Int32Array[],
  { withNext = false } = {},
): Promise<Chosen> {
  if (isHeld(observations)) return { observations, lists };
  const { store, stack } = observations;
  const { frames, indices } = await selectFrames(store, joined(lists), { stack, withNext });
  let at = 0;
  return { observations: { frames, stack }, lists: lists.map(({ length }) => indices.subarray(at, (at += length))) };
}

function joined(lists: Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** As `observationTensor`, wherever the frames are. */
export async function readObservations(observations: RecordedObservations, indices: Int32Array): Promise<tf.Tensor4D> {
  const { observations: held, lists } = await holdObservations(observations, [indices]);
  return observationTensor(held, lists[0]!);
}

/** The observations that end at these frames, as a tensor [B, H, W, stack] in [0, 1]. */
export function observationTensor(observations: Observations, indices: Int32Array): tf.Tensor4D {
  const { frames, stack } = observations;
  return pixelTensor(observations, gatherPixels(frames, indices, stack));
}

/** Pixels [B, H, W, stack] as a tensor. The engine may keep them as they lie: they stay unchanged until it is disposed. */
export function pixelTensor({ frames: { height, width }, stack }: Observations, pixels: Float32Array): tf.Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / (height * width * stack), height, width, stack]);
}

/**
 * At most `count` of the given frames, evenly spread and in their order: the middle one of each of `count` stretches, for
 * the first of all is the start of an episode, where blank frames stand in the stack and students answer wildly.
 */
export function evenlySpread(indices: Int32Array, count: number): Int32Array {
  const taken = Math.min(count, indices.length);
  return Int32Array.from({ length: taken }, (_, i) => indices[Math.floor(((i + 0.5) * indices.length) / taken)]!);
}
