import { z } from 'zod';
import { FormatError } from '../imported.ts';
import { type Signal } from '../trace/signal.ts';
import { type LayerConfig } from './model-config.ts';

const whole = z.int().min(0).max(65_536);
const pair = z.union([
  z.tuple([whole, whole]),
  z.tuple([whole]).transform(([n]) => [n, n] as const),
  whole.transform((n) => [n, n] as const),
]);
const format = z.enum(['channels_last', 'channels_first']).nullish();
const bool = z.boolean().default(true);

/** What is read of the layers' options; what is left out has Keras' default. */
export const OPTIONS = {
  conv: z.object({
    filters: whole,
    kernel_size: pair,
    strides: pair.default([1, 1]),
    padding: z.enum(['valid', 'same']).default('valid'),
    data_format: format,
    dilation_rate: pair.default([1, 1]),
    groups: z.literal(1).nullish(),
    activation: z.unknown(),
    use_bias: bool,
  }),
  dense: z.object({ units: whole, activation: z.unknown(), use_bias: bool }),
  pool: z.object({
    pool_size: pair.default([2, 2]),
    strides: pair.nullish(),
    padding: z.enum(['valid', 'same']).default('valid'),
    data_format: format,
  }),
  globalPool: z.object({ data_format: format, keepdims: z.boolean().nullish() }),
  flatten: z.object({ data_format: format }),
  layerNorm: z.object({
    axis: z.union([z.int(), z.array(z.int()).max(8)]).default(-1),
    epsilon: z.number().positive().default(1e-3),
    center: bool,
    scale: bool,
    rms_scaling: z.literal(false).nullish(),
  }),
  batchNorm: z.object({
    axis: z.union([z.int(), z.array(z.int()).length(1)]).default(-1),
    epsilon: z.number().positive().default(1e-3),
    center: bool,
    scale: bool,
  }),
  activation: z.object({ activation: z.unknown() }),
  relu: z.object({
    max_value: z.null().optional(),
    negative_slope: z.union([z.number(), z.tuple([z.number()]).transform(([n]) => n)]).nullish(),
    threshold: z.literal(0).nullish(),
  }),
  leakyRelu: z.object({ alpha: z.number().optional(), negative_slope: z.number().optional() }),
  elu: z.object({ alpha: z.number().default(1) }),
  softmax: z.object({ axis: z.union([z.literal(-1), z.literal(1)]).default(-1) }),
  rescaling: z.object({ scale: z.number(), offset: z.number().default(0) }),
  permute: z.object({ dims: z.tuple([z.int(), z.int(), z.int()]) }),
  reshape: z.object({ target_shape: z.array(z.int()).max(8) }),
};

/** @throws FormatError naming the layer and the option */
export function optionsOf<T>(schema: z.ZodType<T>, { name, className, config }: LayerConfig): T {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new FormatError(name, `${className}: ${path.join('/')}: ${message}`);
}

/** The image with the axes that the layer works on. @throws FormatError where it has others */
export function requireFormat(signal: Signal, dataFormat: string | null | undefined, where: string): Signal {
  const axes = dataFormat === 'channels_first' ? 'chw' : 'hwc';
  if (signal.axes === axes) return signal;
  const told =
    signal.axes === undefined ? 'is applied to a flattened image' : `takes ${axes} and its image is ${signal.axes}`;
  throw new FormatError(where, told);
}
