import { conv, dense, flatten, type Layer, type Network, relu } from '@distiller/sobolev';
import { type Method } from './methods.ts';

/**
 * A network in K + 1 segments, and for each of the K places between them a module that says what gradient comes back there.
 * Loss predictors end in class scores; modules of the direct method in the gradient itself, flat, and are given the
 * true class with h.
 */
export interface SplitNetwork {
  segments: readonly Network[];
  modules: readonly Network[];
}

/** A layer for an input of this shape. */
type Build = (name: string, inputShape: readonly number[]) => Layer;

const UNITS = 100;
const MODULE_UNITS = 64;
const MODULE_FILTERS = 64;

const denseOf =
  (units: number): Build =>
  (name, [inputs]) =>
    dense({ name, inputs: inputs!, units });
const reluOf: Build = (name, inputShape) => relu({ name, inputShape });
const flat: Build = (name, inputShape) => flatten({ name, inputShape });
const convOf =
  (filters: number, stride: number, kernel = 3): Build =>
  (name, inputShape) =>
    conv({
      name,
      inputShape: inputShape as [number, number, number],
      filters,
      kernel,
      stride,
      padding: Math.floor(kernel / 2),
    });

/** Layers one after another. */
function chain(inputShape: readonly number[], name: string, builds: readonly Build[]): Network {
  const layers: Layer[] = [];
  let shape = inputShape;
  for (const [index, build] of builds.entries()) {
    const layer = build(`${name}.${index}`, shape);
    layers.push(layer);
    shape = layer.outputShape;
  }
  return { inputShape, layers };
}

/**
 * What stands before each place of a split, and after the last. Small grey images: four hidden dense layers. Others: 3×3
 * convolutions from 64 to 512 filters, after the paper's network for CIFAR-10 but without batch normalisation, which the engine
 * does not have; a large image begins with a 7×7 convolution of stride 4.
 */
function blocks([height, , channels]: readonly [number, number, number], classes: number): Build[][] {
  if (channels === 1 && height < 32) {
    const hidden = [denseOf(UNITS), reluOf];
    return [[flat, ...hidden], hidden, hidden, [...hidden, denseOf(classes)]];
  }
  const pair = (filters: number) => [convOf(filters, 1), reluOf, convOf(filters, 2), reluOf];
  const stem = height > 64 ? [convOf(64, 4, 7), reluOf] : [];
  return [[...stem, ...pair(64)], pair(128), pair(256), [...pair(512), flat, denseOf(256), reluOf, denseOf(classes)]];
}

/** @param splits 1 (in the middle) or 3 */
export function splitNetwork(
  shape: readonly [number, number, number],
  { classes, splits, method }: { classes: number; splits: number; method: Method },
): SplitNetwork {
  const four = blocks(shape, classes);
  const parts = splits === 1 ? [four.slice(0, 2).flat(), four.slice(2).flat()] : four;
  const segments: Network[] = [];
  for (const [index, builds] of parts.entries())
    segments.push(chain(segments.length === 0 ? shape : outputShape(segments.at(-1)!), `segment${index}`, builds));
  const places = segments.slice(0, -1).map(outputShape);
  const module = method === 'direct' ? gradientModule : lossModule;
  return { segments, modules: places.map((place, index) => module(place, `module${index}`, classes)) };
}

const outputShape = ({ layers }: Network) => layers.at(-1)!.outputShape;

/** A small version of the rest of the network. */
function lossModule(shape: readonly number[], name: string, classes: number): Network {
  const look = shape.length === 3 ? [convOf(MODULE_FILTERS, 2), reluOf, flat] : [];
  return chain(shape, name, [...look, denseOf(MODULE_UNITS), reluOf, denseOf(classes)]);
}

/** As many hidden units or filters; the class comes as further inputs or channels. */
function gradientModule(shape: readonly number[], name: string, classes: number): Network {
  const given = [...shape.slice(0, -1), shape.at(-1)! + classes];
  const channels = shape.at(-1)!;
  if (shape.length === 1) return chain(given, name, [denseOf(MODULE_UNITS), reluOf, denseOf(channels)]);
  return chain(given, name, [convOf(MODULE_FILTERS, 1), reluOf, convOf(channels, 1), flat]);
}
