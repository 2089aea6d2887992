import { type LayerSpec } from '../../description/layer-spec.ts';
import { FormatError } from '../imported.ts';
import { type Axes, type Flattened } from './axes.ts';

/** Numbers that are fetched, and put into PyTorch's layout, only for the network that is taken in the end. */
export type Numbers = () => Float32Array;

type PlainSpec = Exclude<LayerSpec, { kind: 'residual' }>;

/**
 * A convolution or dense layer: y = scale∘(W (before.scale x + before.shift)) + bias. What the file says around it, a division
 * by 255, a batch norm, a temperature, is gathered here and multiplied out once, in `finish`.
 */
export interface LinearStep {
  kind: 'linear';
  spec: Extract<PlainSpec, { kind: 'conv' | 'dense' }>;
  /** [out, in, height, width] or [out, in]. */
  weight: Numbers;
  before: Gain;
  scale: Float64Array;
  bias: Float64Array;
  remark?: string;
}

/** x̂∘(scale weight) + scale bias + shift, over the whole example. */
export interface NormStep {
  kind: 'norm';
  spec: Extract<PlainSpec, { kind: 'layer-norm' }>;
  /** Ones and zeros where left out. */
  weight?: Numbers;
  bias?: Numbers;
  after: Gain;
}

interface SimpleStep {
  kind: 'simple';
  spec: Exclude<PlainSpec, { kind: 'conv' | 'dense' | 'layer-norm' }>;
  remark?: string;
}

interface BlockStep {
  kind: 'block';
  steps: PlacedStep[];
}

export type Step = LinearStep | NormStep | SimpleStep | BlockStep;
/** `where`: the operator or layer of the file, for messages. */
export type PlacedStep = Step & { where: string };

/** scale x + shift. */
export interface Gain {
  scale: number;
  shift: number;
}

export const NO_GAIN: Gain = { scale: 1, shift: 0 };
export const isNoGain = ({ scale, shift }: Gain) => scale === 1 && shift === 0;

/** What a foreign graph has made of the observation so far: a layer and the link before it, back to the observation. */
export interface Link {
  /** Undefined for the observation. */
  previous: Link | undefined;
  step: PlacedStep | undefined;
  depth: number;
  /** [height, width, channels] or [units], whatever the order in the file. */
  shape: number[];
  /** Still to be applied to the step's output: the next linear layer takes it in. */
  gain: Gain;
  inputScale: '1/255' | null;
}

/** A value in a foreign graph: a link as the graph sees it. */
export interface Signal {
  link: Link;
  /** The order of an image's axes in the file; undefined for a vector. */
  axes: Axes | undefined;
  /** The image whose flattening a vector is, where its order is not PyTorch's (channel, row, column). */
  flattened?: Flattened | undefined;
}

/** No Atari policy is so deep; a graph that is made to exhaust whoever reads it is. */
const MAX_DEPTH = 200;

/** The observation [height, width, stack], its axes in the file's order. */
export function observation(shape: readonly [number, number, number], axes: Axes): Signal {
  const link = { previous: undefined, step: undefined, depth: 0, shape: [...shape], gain: NO_GAIN, inputScale: null };
  return { link, axes };
}

/** The link after one more layer. A pending gain goes on or into it. @throws FormatError where it can do neither */
export function push(link: Link, step: PlacedStep, shape: number[]): Link {
  if (link.depth >= MAX_DEPTH) throw new FormatError(step.where, `more than ${MAX_DEPTH} layers`);
  const next = { previous: link, depth: link.depth + 1, shape, inputScale: link.inputScale };
  if (isNoGain(link.gain)) return { ...next, step, gain: NO_GAIN };
  if (step.kind === 'linear') return { ...next, step: takeGain(step, link.gain), gain: NO_GAIN };
  if (commutes(step, link.gain)) return { ...next, step, gain: link.gain };
  throw new FormatError(
    step.where,
    `a product or sum with constants stands before it (${link.gain.scale} x + ${link.gain.shift}) that no layer can take in`,
  );
}

/** Whether a layer of (scale x + shift) is scale times the layer plus shift. */
export function commutes(step: Step, { scale, shift }: Gain): boolean {
  if (step.kind !== 'simple') return false;
  switch (step.spec.kind) {
    case 'flatten':
      return true;
    case 'relu':
    case 'leaky-relu':
      return scale > 0 && shift === 0;
    case 'max-pool':
      return scale > 0;
    case 'average-pool':
      return shift === 0 || step.spec.padding === 0;
    default:
      return false;
  }
}

function takeGain(step: LinearStep & { where: string }, before: Gain): LinearStep & { where: string } {
  const padded = step.spec.kind === 'conv' && step.spec.padding !== 'valid';
  if (padded && before.shift !== 0)
    throw new FormatError(step.where, 'a constant is added before a convolution with padding: no layer can take it in');
  return { ...step, before };
}
