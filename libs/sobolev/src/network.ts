import { type Tensor } from '@tensorflow/tfjs-core';
import { type Gradients, type Layer, type Linearization, type ParameterShape } from './layers/layer.ts';
import { plus } from './plus.ts';

/** Layers one after another. Shapes are without the batch. */
export interface Network {
  readonly layers: readonly Layer[];
  /** Shape of one example. */
  readonly inputShape: readonly number[];
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
    if (point.bare) letGo(input, x);
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

/**
 * Pushes t [B, …inputShape] through: element l is the tangent at the input of layer l, the last one J t [B, A]. Those at the
 * input of bare layers are disposed; nobody asks for them.
 */
export function tangents(points: readonly Linearization[], t: Tensor): Tensor[] {
  const all = [t];
  for (const point of points) {
    const before = all.at(-1)!;
    all.push(point.tangent(before));
    if (point.bare) letGo(before, t);
  }
  return all;
}

/**
 * Pulls c [B, A] back: element l is the cotangent at the input of layer l (the first one Jᵀ c), the last one c itself. Those at
 * the output of bare layers are disposed; nobody asks for them.
 */
export function cotangents(points: readonly Linearization[], c: Tensor): Tensor[] {
  const all = [c];
  for (const point of points.toReversed()) {
    const after = all[0]!;
    all.unshift(point.cotangent(after));
    if (point.bare) letGo(after, c);
  }
  return all;
}

/** Disposes what a pass made itself. */
function letGo(tensor: Tensor, given: Tensor): void {
  if (tensor !== given) tensor.dispose();
}

/** What the twin sends back into each layer's input, null where nothing; element l belongs to the input of layer l. */
export type Curvatures = readonly (Tensor | null)[];

/**
 * The ordinary backward pass, for c [B, A] at the logits: ∂⟨c, logits⟩/∂θ, and where a twin sent something back into the
 * inputs of the layers, its share as well. The first layer's input needs no cotangent.
 */
export function gradients(points: readonly Linearization[], c: Tensor, curvatures: Curvatures = []): Gradients {
  const perLayer: Gradients[] = [];
  let after = c;
  for (let l = points.length - 1; l >= 0; l--) {
    const point = points[l]!;
    perLayer.unshift(point.gradient(after));
    if (l === 0) break;
    const before = plus(point.cotangent(after), curvatures[l] ?? null);
    letGo(after, c);
    after = before;
  }
  return perLayer.flat();
}

/** ∂⟨c_L, J t_0⟩/∂θ, from the tangents t and cotangents c that both passes left at every layer. */
export function twinGradients(points: readonly Linearization[], t: readonly Tensor[], c: readonly Tensor[]): Gradients {
  return points.flatMap((point, l) => point.twinGradient(t[l]!, c[l + 1]!));
}

/** ∂⟨c_L, J t_0⟩/∂x at the input of every layer, from the same tangents and cotangents. */
export function curvatures(points: readonly Linearization[], t: readonly Tensor[], c: readonly Tensor[]): Curvatures {
  return points.map((point, l) => point.curvature?.(t[l]!, c[l + 1]!) ?? null);
}
