import { type Tensor } from '@tensorflow/tfjs-core';

/**
 * A layer y = f(θ, x), and all that Sobolev training needs of it.
 *
 * Shapes: B batch. x [B, …inputShape], y [B, …outputShape]. θ is the list of the layer's weights, in the order of `parameters`.
 */
export interface Layer {
  readonly name: string;
  readonly parameters: readonly ParameterShape[];
  readonly outputShape: readonly number[];
  /** Computes y and keeps what the passes through the layer at this x need. */
  forward(weights: readonly Tensor[], x: Tensor): Linearization;
}

export interface ParameterShape {
  readonly name: 'weight' | 'bias';
  readonly shape: readonly number[];
  /** Number of inputs that one output sums over: the scale of the initialisation. */
  readonly fanIn: number;
  /** What every number of it starts at. Left out: a weight is drawn at random, a bias starts at 0. */
  readonly initial?: number;
}

/** A layer at one x. J = ∂f/∂x there, for each example of the batch. Every method is an ordinary tensor computation. */
export interface Linearization {
  readonly y: Tensor;
  /**
   * Whether the twin asks this layer for nothing but to pass t and c on: no weights, no curvature, and x itself is not kept.
   * What came in on each pass can then be let go at once, and its memory, still in the caches, serves what comes next.
   */
  readonly bare?: boolean;
  /** J t: [B, …inputShape] → [B, …outputShape]. */
  tangent(t: Tensor): Tensor;
  /** Jᵀ c: [B, …outputShape] → [B, …inputShape]. */
  cotangent(c: Tensor): Tensor;
  /** ∂⟨c, y⟩/∂θ, summed over the batch: what an ordinary backward pass adds to each weight's gradient. */
  gradient(c: Tensor): Gradients;
  /** ∂⟨c, J t⟩/∂θ, summed over the batch: what the twin adds. `null` for a weight on which J does not depend. */
  twinGradient(t: Tensor, c: Tensor): Gradients;
  /**
   * ∂⟨c, J t⟩/∂x: [B, …inputShape], what the twin sends back to x itself. Left out where J does not depend on x, as in
   * linear layers, or does so only by jumps, as in ReLU.
   */
  curvature?(t: Tensor, c: Tensor): Tensor;
  /** J Jᵀ in one piece, where that costs less than `tangent(cotangent(c))`. */
  gram?: Gram;
}

/** J Jᵀ of a layer at one x, without what lies between. */
export interface Gram {
  /** J Jᵀ c: [B, …outputShape] → [B, …outputShape]. */
  apply(c: Tensor): Tensor;
  /** `twinGradient(Jᵀ c, other)`: ∂⟨other, J r⟩/∂θ at r = Jᵀ c held fixed, summed over the batch. */
  twinGradient(c: Tensor, other: Tensor): Gradients;
}

export type Gradients = readonly (Tensor | null)[];
