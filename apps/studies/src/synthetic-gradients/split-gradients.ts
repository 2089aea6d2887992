import {
  cotangents,
  forward,
  type Gradients,
  gradients,
  type Linearization,
  output,
  parameterShapes,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { atTop, type Message, tell } from './messages.ts';
import { type Method } from './methods.ts';
import { type SplitNetwork } from './split-network.ts';

/** x [B, …], classes one-hot [B, C]. */
export interface Labelled {
  x: tf.Tensor;
  classes: tf.Tensor2D;
}

/**
 * Gradients in all weights, those of the segments and then those of the modules. Each segment is trained by what is told at its
 * top; what it passes on to its own input is the target of the module there, which tells the segment below.
 */
export function splitGradients(
  { segments, modules }: SplitNetwork,
  method: Method,
  weights: Weights,
  { x, classes }: Labelled,
): Gradients {
  const shares = shareOut([...segments, ...modules], weights);
  const points: Linearization[][] = [];
  for (const [index, segment] of segments.entries())
    points.push(forward(segment, shares[index]!, index === 0 ? x : output(points[index - 1]!)));
  const ofSegments: Gradients[] = [];
  const ofModules: Gradients[] = [];
  let message = atTop(output(points.at(-1)!) as tf.Tensor2D, classes);
  for (let index = segments.length - 1; index >= 0; index--) {
    ofSegments.unshift(gradients(points[index]!, tf.div(message.gradient, x.shape[0])));
    if (index === 0) break;
    const above: Message = { loss: message.loss, gradient: cotangents(points[index]!, message.gradient)[0]! };
    const module = { network: modules[index - 1]!, weights: shares[segments.length + index - 1]! };
    const told = tell(method, module, { h: output(points[index - 1]!), classes, above });
    ofModules.unshift(told.gradients);
    message = told.message;
  }
  return [...ofSegments, ...ofModules].flat();
}

/** The class scores of the whole network [B, C]. */
export function scores({ segments }: SplitNetwork, weights: Weights, x: tf.Tensor): tf.Tensor2D {
  const shares = shareOut(segments, weights);
  const top = segments.reduce((h, segment, index) => output(forward(segment, shares[index]!, h)), x);
  return top as tf.Tensor2D;
}

/** Each network's own weights, from the front of the list. */
function shareOut(networks: SplitNetwork['segments'], weights: Weights): Weights[] {
  let used = 0;
  return networks.map((network) => {
    const count = parameterShapes(network).length;
    used += count;
    return weights.slice(used - count, used);
  });
}
