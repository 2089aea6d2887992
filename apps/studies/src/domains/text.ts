import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { conv, flatten, type Network, randomStream, type Weights } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Domain, type Examples } from './domain.ts';
import { fit } from '../fitting/fit.ts';
import { mlp } from './mlp.ts';

/** a to z, and the blank. */
const SYMBOLS = 27;
/** Characters that are seen, and numbers that each becomes. */
const [CONTEXT, EMBEDDING] = [10, 12];
const INPUTS = CONTEXT * EMBEDDING;
const [TRAIN, TEST] = [200_000, 4000];
const TEACHER = { hidden: [256, 256], batch: 200, steps: 6000, learningRate: 2e-3 };

/**
 * The next character of a novel, from the embeddings of those before it: a network of 256 + 256 units that learned from 200,000
 * characters is distilled, and its derivatives are those in the embeddings, which it learned too.
 */
export async function text(): Promise<Domain> {
  const symbols = readSymbols();
  const head = mlp(INPUTS, TEACHER.hidden, SYMBOLS);
  const network: Network = { inputShape: [1, CONTEXT, SYMBOLS], layers: [...EMBED, ...head.layers] };
  const learned = await fit({ network, value: { kind: 'nll' }, schedule: 'cosine', seed: 1, ...TEACHER }, (step) =>
    batchOf(symbols, step),
  );
  // The first layer's filter and bias are the embedding; the rest is the model of embedded text.
  const [filter, bias, ...weights] = learned as [tf.Tensor, tf.Tensor, ...Weights];
  const table = tf.add(tf.reshape(filter, [SYMBOLS, EMBEDDING]), bias).dataSync<'float32'>();
  tf.dispose([filter, bias]);
  const testFrom = TRAIN + CONTEXT;
  const next = Array.from({ length: TEST }, (_, index) => symbols[testFrom + index + CONTEXT]!);
  return {
    inputs: INPUTS,
    outputs: SYMBOLS,
    value: { kind: 'kl', temperature: 1 },
    of: 'log-policy',
    examples: { train: embedded(symbols, table, 0, TRAIN), test: embedded(symbols, table, testFrom, TEST) },
    teacher: { network: head, weights },
    distance: meanKl,
    loss: (outputs) => {
      const logProbs = rows(outputs).map(logSoftmax);
      return -next.reduce((sum, symbol, index) => sum + logProbs[index]![symbol]!, 0) / TEST;
    },
  };
}

const EMBED = [
  conv({ name: 'embedding', inputShape: [1, CONTEXT, SYMBOLS], filters: EMBEDDING, kernel: 1, stride: 1 }),
  flatten({ name: 'flatten', inputShape: [1, CONTEXT, EMBEDDING] }),
];

function readSymbols(): Uint8Array {
  const bytes = gunzipSync(readFileSync(new URL('../../data/text.gz', import.meta.url)));
  return Uint8Array.from(bytes, (byte) => (byte === 0x20 ? 26 : byte - 0x61));
}

function embedded(symbols: Uint8Array, table: Float32Array, from: number, count: number): Examples {
  const x = new Float32Array(count * INPUTS);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < CONTEXT; k++) {
      const symbol = symbols[from + i + k]!;
      x.set(table.subarray(symbol * EMBEDDING, (symbol + 1) * EMBEDDING), i * INPUTS + k * EMBEDDING);
    }
  }
  return { count, x };
}

/** One-hot characters, and the one that came next as a target of which only the largest entry counts. */
function batchOf(symbols: Uint8Array, step: number) {
  const random = randomStream(1, 'batch', step);
  const places = Array.from({ length: TEACHER.batch }, () => random.below(TRAIN));
  const seen = places.flatMap((place) => Array.from(symbols.subarray(place, place + CONTEXT)));
  const next = places.map((place) => symbols[place + CONTEXT]!);
  return tf.tidy(() => ({
    x: tf.reshape(oneHot(seen), [places.length, 1, CONTEXT, SYMBOLS]),
    logProbs: oneHot(next),
    derivatives: [],
  }));
}

const oneHot = (symbols: number[]): tf.Tensor2D =>
  tf.cast(tf.oneHot(tf.tensor1d(symbols, 'int32'), SYMBOLS), 'float32') as tf.Tensor2D;

const rows = (outputs: Float32Array): Float32Array[] =>
  Array.from({ length: outputs.length / SYMBOLS }, (_, row) => outputs.subarray(row * SYMBOLS, (row + 1) * SYMBOLS));

function logSoftmax(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  return logits.map((logit) => logit - most - Math.log(sum));
}

function meanKl(teacher: Float32Array, student: Float32Array): number {
  const [t, s] = [rows(teacher).map(logSoftmax), rows(student).map(logSoftmax)];
  const kl = (p: Float32Array, q: Float32Array) => p.reduce((sum, log, i) => sum + Math.exp(log) * (log - q[i]!), 0);
  return t.reduce((sum, row, index) => sum + kl(row, s[index]!), 0) / t.length;
}
