import * as tf from '@tensorflow/tfjs-core';
import { asNeeded } from './as-needed.ts';
import { blockedFilter, filterGradient } from './convolution.ts';
import { fitEdges } from './edges.ts';
import { type Gram } from './layer.ts';
import { unblockFilter } from './space-to-depth.ts';

/**
 * J Jᵀ of a convolution without padding. A window's pull-back meets only the windows that overlap it, always in the same
 * way, so J Jᵀ is itself a convolution of stride 1 between the layer's outputs, and no image of the input's size is formed.
 *
 * With the filter in blocks W_a [s·s·C, F], taps a, b in T×T (T = ⌈k/s⌉):
 *
 *     (J Jᵀ c)_p = Σ_d K_d ᵀ c_{p+d},   K_d = Σ_{b−a=d} W_aᵀ W_b                      d in (2T−1)×(2T−1)
 *     ∂⟨c', J r⟩/∂W_b at r = Jᵀ c = Σ_a W_a A_{b−a},   A_d = Σ_p c_{p+d} c'_pᵀ
 */
export function convolutionGram(weight: tf.Tensor4D, stride: number): Gram {
  const [kernel, , channels, filters] = weight.shape;
  const taps = Math.ceil(kernel / stride);
  const span = 2 * taps - 1;
  const offsets = asNeeded(() => tapOffsets(taps));
  const columns = asNeeded(() => filterColumns(weight, stride));
  return {
    apply: (c) => {
      const pairs = tf.matMul<tf.Tensor2D>(columns(), columns(), true, false);
      const byPair = swapInner(pairs, taps ** 2, filters);
      const folded = tf.reshape(tf.matMul(offsets(), byPair), [span, span, filters, filters]);
      return tf.conv2d(c as tf.Tensor4D, folded as tf.Tensor4D, 1, 'same');
    },
    twinGradient: (c, other) => {
      const window = { kernel: span, stride: 1, same: true };
      const overlaps = filterGradient(c as tf.Tensor4D, other as tf.Tensor4D, window);
      const byPair = tf.matMul(offsets(), tf.reshape(overlaps, [span ** 2, filters ** 2]), true, false);
      const toeplitz = tf.reshape(
        tf.transpose(tf.reshape(byPair, [taps ** 2, taps ** 2, filters, filters]), [0, 2, 1, 3]),
        [taps ** 2 * filters, taps ** 2 * filters],
      );
      const gradient = tf.reshape(tf.matMul(columns(), toeplitz), [-1, taps ** 2, filters]);
      const blocked = tf.reshape(tf.transpose(gradient, [1, 0, 2]), [taps, taps, stride ** 2 * channels, filters]);
      const cut = kernel - taps * stride;
      const edges = { top: 0, left: 0, bottom: cut, right: cut };
      return [fitEdges(unblockFilter(blocked as tf.Tensor4D, stride), edges, { axis: 0 }), null];
    },
  };
}

/** The pairs of taps are their fourth power; no convolution that is in use has more. */
const MOST_TAPS = 4;

/**
 * Whether J Jᵀ in one piece costs less than by way of an image: its multiplications against those of the pull-back that it
 * spares, plus half as much again for the traffic of images through memory (measured; DECISIONS.md, 20).
 */
export function foldingPays(weight: tf.Tensor4D, stride: number): boolean {
  const [kernel, , channels, filters] = weight.shape;
  const taps = Math.ceil(kernel / stride);
  return taps <= MOST_TAPS && 2 * (2 * taps - 1) ** 2 * filters <= 1.5 * kernel ** 2 * channels;
}

/** W as a matrix [s·s·C, T·T·F]: one column a tap and filter. */
function filterColumns(weight: tf.Tensor4D, stride: number): tf.Tensor2D {
  const blocked = blockedFilter(weight, stride);
  const [taps, , depth, filters] = blocked.shape;
  const split = tf.reshape(blocked, [taps * taps, depth, filters]);
  return tf.reshape(tf.transpose(split, [1, 0, 2]), [depth, taps * taps * filters]);
}

/** [(a, f), (b, f')] → [(a, b), (f, f')]. */
function swapInner(pairs: tf.Tensor2D, taps: number, filters: number): tf.Tensor2D {
  const split = tf.reshape(pairs, [taps, filters, taps, filters]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [taps * taps, filters * filters]);
}

/** [(2T−1)², T⁴]: 1 where the pair of taps (a, b) has the offset d = b − a. */
function tapOffsets(taps: number): tf.Tensor2D {
  const span = 2 * taps - 1;
  const pairs = taps ** 4;
  const matrix = new Float32Array(span * span * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [Math.floor(pair / taps ** 2), pair % taps ** 2];
    const rows = Math.floor(b / taps) - Math.floor(a / taps) + taps - 1;
    const columns = (b % taps) - (a % taps) + taps - 1;
    matrix[(rows * span + columns) * pairs + pair] = 1;
  }
  return tf.tensor2d(matrix, [span * span, pairs]);
}
