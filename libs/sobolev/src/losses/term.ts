import { type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { type Gradients } from '../layers/layer.ts';
import { type Curvatures } from '../network.ts';
import { type ReadoutName } from '../readout.ts';
import { type Norm } from './norm.ts';

/** A derivative term, weighted, with all its gradients but the ordinary backward pass. */
export interface DerivativeTerm {
  /** Scalar, mean over the batch. */
  value: Scalar;
  /** ∂value/∂θ through the twin: one entry a weight, null where the twin does not depend on it. */
  twinGradients: Gradients;
  /** ∂value/∂logits [B, A], to be added to the value term's before the ordinary backward pass; null where it is zero. */
  logitsGradient: Tensor2D | null;
  /** ∂value/∂x at the input of every layer, to be added during the ordinary backward pass. */
  curvatures: Curvatures;
}

/** How residuals of derivatives become a number. */
export interface DerivativeLoss {
  /** `squared` when left out. */
  norm?: Norm;
  /** `log-policy` when left out. */
  of?: ReadoutName;
  /** Factor of the whole term; 1 when left out. */
  weight?: Scalar | number;
}
