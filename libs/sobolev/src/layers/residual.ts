import { add, type Tensor } from '@tensorflow/tfjs-core';
import { cotangents, type Curvatures, curvatures, forward, output, tangents, twinGradients } from '../network.ts';
import { type Gradients, type Layer, type Linearization } from './layer.ts';
import { plus } from '../plus.ts';
import { remember } from './remember.ts';

export interface ResidualOptions {
  name: string;
  inputShape: readonly number[];
  /** f, layer by layer; it must end in the shape in which it began. */
  layers: readonly Layer[];
}

/**
 * y = x + f(x), with f a list of layers (He et al. 2016). J = I + J_f, so tangent t + J_f t, cotangent c + J_fᵀ c, and the
 * gradient is that of f. The weights are those of the inner layers, in their order.
 *
 * ⟨c, J t⟩ = ⟨c, t⟩ + ⟨c, J_f t⟩, and ∂⟨c, J_f t⟩/∂θ has two parts: what each inner layer's own twin gives, and where
 * inner layers are curved, what their curvatures send to the weights of the inner layers before them. The second part is an
 * ordinary backward pass through f that begins with nothing and gathers the curvatures on its way; what it arrives with at
 * x is the block's own curvature.
 * @throws Error when f changes the shape
 */
export function residual({ name, inputShape, layers }: ResidualOptions): Layer {
  const end = layers.at(-1)?.outputShape ?? [];
  if (end.join() !== inputShape.join())
    throw new Error(`${name}: the inner layers go from [${inputShape.join(', ')}] to [${end.join(', ')}]`);
  return {
    name,
    outputShape: inputShape,
    parameters: layers.flatMap(({ parameters }) => parameters),
    forward: (weights, x) => linearize(layers, forward({ layers, inputShape }, weights, x), x),
  };
}

function linearize(layers: readonly Layer[], points: readonly Linearization[], x: Tensor): Linearization {
  // Each t and c meets several of the methods below.
  const push = remember((t: Tensor) => tangents(points, t));
  const pull = remember((c: Tensor) => cotangents(points, c));
  const curved = points.some((point) => point.curvature !== undefined);
  const sent = remember((t: Tensor, c: Tensor) => sendBack(layers, points, curvatures(points, push(t), pull(c))));
  return {
    y: add(x, output(points)),
    tangent: (t) => add(t, push(t).at(-1)!),
    cotangent: (c) => add(c, pull(c)[0]!),
    gradient: (c) => points.flatMap((point, l) => point.gradient(pull(c)[l + 1]!)),
    twinGradient: (t, c) => {
      const own = twinGradients(points, push(t), pull(c));
      return curved ? own.map((gradient, index) => plus(gradient, sent(t, c).gradients[index]!)) : own;
    },
    ...(curved && { curvature: (t, c) => sent(t, c).curvature! }),
  };
}

/** The backward pass of what the twin sends into the inputs of the inner layers: to their weights, and to x. */
function sendBack(
  layers: readonly Layer[],
  points: readonly Linearization[],
  curvatures: Curvatures,
): { gradients: Gradients; curvature: Tensor | null } {
  const perLayer: Gradients[] = [];
  let c: Tensor | null = null;
  for (let l = points.length - 1; l >= 0; l--) {
    const point = points[l]!;
    perLayer.unshift(c ? point.gradient(c) : layers[l]!.parameters.map(() => null));
    c = plus(c && point.cotangent(c), curvatures[l]!);
  }
  return { gradients: perLayer.flat(), curvature: c };
}
