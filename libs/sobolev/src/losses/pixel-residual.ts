import * as tf from '@tensorflow/tfjs-core';
import { type Gradients, type Gram, type Linearization } from '../layers/layer.ts';

/** The teacher's pull-back g [B, …input] along some directions, with ‖g‖² of each example [B]. */
export interface PullBack {
  pullBack: tf.Tensor;
  squaredNorms: tf.Tensor1D;
}

/** What the twin needs of r = Jᵀ c − g, the residual at the pixels; J is the Jacobian of the first layer. */
export interface PixelResidual {
  /** J r: [B, …output of the first layer]. */
  tangent: tf.Tensor;
  /** ‖r‖² of each example [B]. */
  squaredNorms: tf.Tensor1D;
  /** ∂⟨c', J r⟩/∂θ of the first layer, r held fixed. */
  twinGradient(other: tf.Tensor): Gradients;
}

/** @param c [B, …output of the first layer], the cotangent that was pulled back as far as that */
export function pixelResidual(first: Linearization, c: tf.Tensor, teacher: PullBack): PixelResidual {
  return first.gram ? folded(first, first.gram, c, teacher) : asImage(first, c, teacher);
}

function asImage(first: Linearization, c: tf.Tensor, { pullBack }: PullBack): PixelResidual {
  const residual = tf.sub(first.cotangent(c), pullBack);
  return {
    tangent: first.tangent(residual),
    squaredNorms: perExample(tf.square(residual)),
    twinGradient: (other) => first.twinGradient(residual, other),
  };
}

/**
 * Without r: J r = J Jᵀ c − J g, and ‖r‖² = ⟨c, J Jᵀ c⟩ − 2 ⟨c, J g⟩ + ‖g‖² = ⟨c, J r − J g⟩ + ‖g‖². Where student and
 * teacher agree, what is left of the difference is the rounding of its parts, 1e-6 of ‖g‖² or less.
 */
function folded(first: Linearization, gram: Gram, c: tf.Tensor, { pullBack, squaredNorms }: PullBack): PixelResidual {
  const pushed = first.tangent(pullBack);
  const tangent = tf.sub(gram.apply(c), pushed);
  const cross = perExample(tf.mul(c, tf.sub(tangent, pushed)));
  return {
    tangent,
    squaredNorms: tf.relu(tf.add<tf.Tensor1D>(cross, squaredNorms)),
    twinGradient: (other) => {
      const teachers = first.twinGradient(pullBack, other);
      return gram.twinGradient(c, other).map((own, index) => {
        const theirs = teachers[index] ?? null;
        return own && theirs ? tf.sub(own, theirs) : null;
      });
    },
  };
}

/** Sums all but the batch: [B, …] → [B]. */
function perExample(x: tf.Tensor): tf.Tensor1D {
  return tf.sum<tf.Tensor1D>(tf.reshape(x, [x.shape[0], -1]), 1);
}
