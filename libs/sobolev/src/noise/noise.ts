import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream, randomStream } from '../random.ts';

/** Noise for millions of pixels a step. The stream is the step's own; the table is made once a run, by those that have noise. */
export interface NoiseSource {
  table: NoiseTable | null;
  random: RandomStream;
}

/** The same with a stream for each example: its noise is its own, whichever others are beside it. */
export interface ExampleSource {
  table: NoiseTable | null;
  streams: readonly RandomStream[];
}

/** [2·ROWS, COLUMNS]: normals, then the same with the other sign. */
export type NoiseTable = tf.Tensor2D;

const ROWS = 8192;
const COLUMNS = 64;
/** Two row numbers come out of one draw. */
const BITS = Math.log2(2 * ROWS);

/**
 * A table of half a million standard normals and their opposites, from which noise is put together. Each column has mean
 * square 1 exactly. It is made in plain numbers, so that a seed means the same on every engine. 4 MB, some 50 ms: keep it.
 */
export function noiseTable(seed: number): NoiseTable {
  const random = randomStream(seed, 'noise');
  const half = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
  for (let column = 0; column < COLUMNS; column++) {
    let squares = 0;
    for (let i = column; i < half.length; i += COLUMNS) squares += half[i]! ** 2;
    const scale = 1 / Math.sqrt(squares / ROWS);
    for (let i = column; i < half.length; i += COLUMNS) half[i]! *= scale;
  }
  const values = new Float32Array(2 * half.length);
  values.set(half);
  values.set(
    half.map((value) => -value),
    half.length,
  );
  return tf.tensor2d(values, [2 * ROWS, COLUMNS]);
}

/**
 * Gaussian noise N(0, std²) of any shape: stretches of 64 values are rows of the table drawn anew, and each of its 64 columns
 * gets a random sign for the step. Drawing the 5.6 million pixels of a batch of 200 one by one takes 400 ms, this 5.
 *
 * Whatever the table holds, over these draws alone u has mean 0 and E[u uᵀ] = std² I exactly: rows come with both signs, so that
 * two stretches are uncorrelated; the columns' signs make two values of one stretch uncorrelated; and each column has mean
 * square 1. Higher moments are the table's, a sample of N(0, 1). No two stretches of a run are likely to be the same:
 * there are 2¹⁴ rows times 2⁶⁴ signs.
 */
export function gaussianNoise({ table, random }: NoiseSource, shape: readonly number[], std = 1): tf.Tensor {
  return tf.tidy(() => assemble(tf.mul(required(table), columnSigns(random, std)), shape, random));
}

/** ±1 with equal chance for each value, put together in the same way: E[u uᵀ] = I. */
export function rademacherNoise({ table, random }: NoiseSource, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => assemble(tf.mul(tf.sign(required(table)), columnSigns(random, 1)), shape, random));
}

/**
 * Noise N(0, 1), or ±1, in which each example has rows and signs of its own, from its own stream: as `gaussianNoise` and
 * `rademacherNoise`, with the same moments within each example, and 0 between two of them.
 * @param shape [B, …] with a stream for each of B
 */
export function noiseByExample(
  kind: 'gaussian' | 'rademacher',
  { table, streams }: ExampleSource,
  [batch = 0, ...shape]: readonly number[],
): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const stretches = Math.ceil(size / COLUMNS);
  const rows = new Int32Array(batch * stretches);
  const signs = new Float32Array(batch * COLUMNS);
  for (const [example, random] of streams.entries()) {
    signs.set(drawSigns(random), example * COLUMNS);
    rows.set(drawRows(random, stretches), example * stretches);
  }
  return tf.tidy(() => {
    const values = kind === 'gaussian' ? required(table) : tf.sign(required(table));
    const gathered = tf.reshape(gatherRows(values, rows), [batch, stretches, COLUMNS]);
    const flat = tf.reshape(tf.mul(gathered, tf.tensor3d(signs, [batch, 1, COLUMNS])), [batch, stretches * COLUMNS]);
    return tf.reshape(stretches * COLUMNS === size ? flat : tf.slice(flat, [0, 0], [batch, size]), [batch, ...shape]);
  });
}

function required(table: NoiseTable | null): NoiseTable {
  if (!table) throw new Error('noise needs a table');
  return table;
}

/** 64 signs out of two draws. */
function drawSigns(random: RandomStream): Float32Array {
  const words = [random.below(2 ** 32), random.below(2 ** 32)];
  return Float32Array.from({ length: COLUMNS }, (_, i) => ((words[i >> 5]! >>> (i & 31)) & 1 ? 1 : -1));
}

function columnSigns(random: RandomStream, scale: number): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: COLUMNS }, () => (random.below(2) === 0 ? scale : -scale)));
}

function assemble(table: tf.Tensor2D, shape: readonly number[], random: RandomStream): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const rows = drawRows(random, Math.ceil(size / COLUMNS));
  const flat = tf.reshape(gatherRows(table, rows), [-1]);
  return tf.reshape(flat.size === size ? flat : tf.slice(flat, [0], [size]), [...shape]);
}

/** gatherND copies whole rows; gather goes value by value on wasm, and is three times slower on tensorflow. */
function gatherRows(table: tf.Tensor2D, rows: Int32Array): tf.Tensor {
  return tf.gatherND(table, tf.tensor2d(rows, [rows.length, 1], 'int32'));
}

function drawRows(random: RandomStream, count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i += 2) {
    const pair = random.below(2 ** (2 * BITS));
    rows[i] = pair % (2 * ROWS);
    rows[i + 1] = pair >>> BITS;
  }
  return rows;
}
