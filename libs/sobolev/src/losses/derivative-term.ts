import { type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { type Gradients, type Linearization } from '../layers/layer.ts';
import { plus } from '../plus.ts';
import { jvpTerm, type PushForward, pushForwardTerm } from './jvp.ts';
import { type Norm } from './norm.ts';
import { type DerivativeLoss, type DerivativeTerm } from './term.ts';
import { type Projection, pullBackTerm, vjpTerm } from './vjp.ts';

/** What the teacher says about its derivatives at a batch: along directions in action space, or in pixel space. */
export type TeacherDerivative = Projection | PushForward;

/** The derivative term along one set of directions. */
export function derivativeTerm(
  points: readonly Linearization[],
  teacher: TeacherDerivative,
  loss: DerivativeLoss = {},
): DerivativeTerm {
  return 'v' in teacher ? vjpTerm(points, teacher, loss) : jvpTerm(points, teacher, loss);
}

/** The same term for a student without derivatives: the scale of what there is to match. */
export function teacherTerm(teacher: TeacherDerivative, norm: Norm = 'squared'): Scalar {
  return 'v' in teacher ? pullBackTerm(teacher, norm) : pushForwardTerm(teacher, norm);
}

export function addTerms(a: DerivativeTerm, b: DerivativeTerm): DerivativeTerm {
  return {
    value: plus(a.value, b.value) as Scalar,
    twinGradients: addEach(a.twinGradients, b.twinGradients),
    logitsGradient: plus(a.logitsGradient, b.logitsGradient) as Tensor2D | null,
    curvatures: addEach(a.curvatures, b.curvatures),
  };
}

/** Element by element; null stands for zero. */
export function addEach(a: Gradients, b: Gradients): Gradients {
  return a.map((tensor, index) => plus(tensor, b[index] ?? null));
}
