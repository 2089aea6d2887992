import { randomStream } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor of standard normals that depends on its shape and `seed` alone. */
export function normals(shape: readonly number[], seed: number): tf.Tensor {
  const random = randomStream(seed, 'batch');
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  );
}

/** ⟨a, b⟩ over all elements, summed in double precision. */
export function inner(a: tf.Tensor, b: tf.Tensor): number {
  const [x, y] = [a.dataSync<'float32'>(), b.dataSync<'float32'>()];
  return x.reduce((sum, value, index) => sum + value * y[index]!, 0);
}

/** Largest absolute difference. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  const [x, y] = [a.dataSync<'float32'>(), b.dataSync<'float32'>()];
  if (x.length !== y.length) throw new Error(`sizes ${x.length} and ${y.length}`);
  return x.reduce((most, value, index) => Math.max(most, Math.abs(value - y[index]!)), 0);
}

/** Central difference of `f` at 0: (f(h) − f(−h)) / 2h. */
export function slope(f: (h: number) => number, h: number): number {
  return (f(h) - f(-h)) / (2 * h);
}

/** a + h·d, element by element. */
export function along(a: tf.Tensor, d: tf.Tensor, h: number): tf.Tensor {
  return tf.add(a, tf.mul(d, h));
}
