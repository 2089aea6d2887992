import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream } from '../random.ts';
import { tidy } from '../tidy.ts';
import { orthonormalize } from './orthonormalize.ts';

/** Share of the largest eigenvalue below which float32's rounding is all that an eigenvalue holds. */
const NEGLIGIBLE = 1e-6;

/**
 * The k directions in which observations vary most, most first. With X the N centred observations as rows, XᵀX is D×D and far
 * too large; XXᵀ v = λ v is N×N and gives the same components as Xᵀv / √λ. One call, no randomness: the same bits each time.
 * @param observations [N, …shape], N up to about 500: the decomposition takes N³ steps (a second)
 * @param k components asked for; fewer are given when the observations vary in fewer ways
 * @returns [K, …shape], orthonormal
 * @throws RangeError when the observations do not vary at all
 */
export async function principalComponents(observations: tf.Tensor, k: number): Promise<tf.Tensor> {
  const [samples = 0, ...shape] = observations.shape;
  const centred = tidy(() => {
    const rows = tf.reshape<tf.Rank.R2>(observations, [samples, -1]);
    return tf.sub<tf.Tensor2D>(rows, tf.mean(rows, 0, true));
  });
  const gram = tidy(() => tf.matMul(centred, tf.transpose(centred)));
  const coefficients = leadingEigenvectors(Matrix.from1DArray(samples, samples, await gram.data()), k);
  const components = tidy(() => tf.matMul(tf.tensor2d(coefficients), centred));
  const rows = split(await components.data(), coefficients.length);
  tf.dispose([centred, gram, components]);
  orthonormalize(rows);
  const basis = new Float32Array(rows.length * rows[0]!.length);
  for (const [index, row] of rows.entries()) basis.set(row, index * row.length);
  return tf.tensor(basis, [rows.length, ...shape]);
}

/** A random component of the basis [K, …shape] for each of `batch` examples: [B, …shape]. */
export function randomComponents(
  basis: tf.Tensor,
  batch: number,
  randomOf: (example: number) => RandomStream,
): tf.Tensor {
  const [components = 0, ...shape] = basis.shape;
  const chosen = Int32Array.from({ length: batch }, (_, example) => randomOf(example).below(components));
  const rows = tf.gatherND(tf.reshape(basis, [components, -1]), tf.tensor2d(chosen, [batch, 1], 'int32'));
  return tf.reshape(rows, [batch, ...shape]);
}

/** Up to k eigenvectors of a symmetric matrix, that of the largest eigenvalue first. */
function leadingEigenvectors(matrix: Matrix, k: number): number[][] {
  const { realEigenvalues: ascending, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const largest = ascending.at(-1) ?? 0;
  if (!(largest > 0)) throw new RangeError('the observations are all the same: they have no principal components');
  const kept = ascending.filter((value) => value > NEGLIGIBLE * largest).length;
  return Array.from({ length: Math.min(k, kept) }, (_, index) =>
    eigenvectorMatrix.getColumn(ascending.length - 1 - index),
  );
}

function split(values: ArrayLike<number>, rows: number): Float64Array[] {
  const all = Float64Array.from(values);
  const length = all.length / rows;
  return Array.from({ length: rows }, (_, row) => all.slice(row * length, (row + 1) * length));
}
