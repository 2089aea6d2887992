import { type Tensor } from '@tensorflow/tfjs-core';
import { type Gradients, type Layer, type Linearization, type ParameterShape } from './layers/layer.ts';

/** Layers one after another. Shapes are without the batch. */
export interface Network {
  readonly layers: readonly Layer[];
  /** Shape of one example as batches hold it (blocked where `block` > 1). */
  readonly inputShape: readonly number[];
  /** Block of the space-to-depth layout in which inputs come; 1 for plain images. */
  readonly block: number;
}

/** One tensor a weight, in the order of the layers and of their parameters. */
export type Weights = readonly Tensor[];

/** All parameters of a network, in the order of its weights. */
export function parameterShapes(network: Network): (ParameterShape & { layer: string })[] {
  return network.layers.flatMap(({ name, parameters }) => parameters.map((shape) => ({ ...shape, layer: name })));
}

/** Runs the network on x [B, …inputShape]; the last linearization's y holds the logits [B, A]. */
export function forward(network: Network, weights: Weights, x: Tensor): Linearization[] {
  const points: Linearization[] = [];
  let [input, used] = [x, 0];
  for (const layer of network.layers) {
    const point = layer.forward(weights.slice(used, used + layer.parameters.length), input);
    points.push(point);
    input = point.y;
    used += layer.parameters.length;
  }
  return points;
}

/** The logits [B, A] of a forward pass. */
export function output(points: readonly Linearization[]): Tensor {
  const last = points.at(-1);
  if (!last) throw new Error('a network needs at least one layer');
  return last.y;
}

/** Pushes t [B, …inputShape] through: element l is the tangent at the input of layer l, the last one J t [B, A]. */
export function tangents(points: readonly Linearization[], t: Tensor): Tensor[] {
  const all = [t];
  for (const point of points) all.push((t = point.tangent(t)));
  return all;
}

/** Pulls c [B, A] back: element l is the cotangent at the input of layer l (the first one Jᵀ c), the last one c itself. */
export function cotangents(points: readonly Linearization[], c: Tensor): Tensor[] {
  const all = [c];
  for (const point of points.toReversed()) all.unshift((c = point.cotangent(c)));
  return all;
}

/** ∂⟨c, logits⟩/∂θ for c [B, A]: the ordinary backward pass. The first layer's input needs no cotangent. */
export function gradients(points: readonly Linearization[], c: Tensor): Gradients {
  const cs = [...cotangents(points.slice(1), c)];
  return points.flatMap((point, l) => point.gradient(cs[l]!));
}

/** ∂⟨c_L, J t_0⟩/∂θ, from the tangents t and cotangents c that both passes left at every layer. */
export function twinGradients(points: readonly Linearization[], t: readonly Tensor[], c: readonly Tensor[]): Gradients {
  return points.flatMap((point, l) => point.twinGradient(t[l]!, c[l + 1]!));
}
