import { z } from 'zod';

const positive = z.int().min(1);
const pixels = positive.max(64);

const ConvSpec = z.strictObject({
  kind: z.literal('conv'),
  filters: positive.max(4096),
  kernel: pixels,
  stride: pixels.default(1),
  padding: z
    .union([z.enum(['valid', 'same']), z.int().min(0).max(63)], {
      error: "padding is 'valid', 'same' or a number of pixels from 0 to 63",
    })
    .default('valid')
    .describe("zeros on every side; 'valid': none, 'same': as many as keep the size (stride 1, odd kernel)"),
});
const pool = { size: pixels, stride: pixels, padding: z.int().min(0).max(32).default(0) };
const MaxPoolSpec = z.strictObject({ kind: z.literal('max-pool'), ...pool });
const AveragePoolSpec = z.strictObject({ kind: z.literal('average-pool'), ...pool });
const DenseSpec = z.strictObject({ kind: z.literal('dense'), units: positive.max(65_536) });
const FlattenSpec = z.strictObject({ kind: z.literal('flatten') });
const LayerNormSpec = z.strictObject({ kind: z.literal('layer-norm') });
/** Activations: no weights, and the shape stays. */
const ACTIVATIONS = [
  z.strictObject({ kind: z.literal('relu') }),
  z.strictObject({ kind: z.literal('leaky-relu'), slope: z.number().min(0).max(1).default(0.01) }),
  z.strictObject({ kind: z.literal('elu'), alpha: z.number().positive().max(100).default(1) }),
  z.strictObject({ kind: z.literal('gelu') }),
  z.strictObject({ kind: z.literal('silu') }),
  z.strictObject({ kind: z.literal('tanh') }),
  z.strictObject({ kind: z.literal('softplus') }),
] as const;
export type ActivationSpec = z.infer<(typeof ACTIVATIONS)[number]>;

const PLAIN = [ConvSpec, DenseSpec, FlattenSpec, MaxPoolSpec, AveragePoolSpec, LayerNormSpec, ...ACTIVATIONS] as const;

/** x + f(x), with the layers of f. No blocks within blocks: a description nested without end could exhaust a parser's stack. */
const ResidualSpec = z.strictObject({
  kind: z.literal('residual'),
  layers: z
    .array(z.discriminatedUnion('kind', PLAIN, { error: refuse(PLAIN) }).meta({ id: 'InnerLayer' }))
    .min(1)
    .max(16),
});

const SPECS = [...PLAIN, ResidualSpec] as const;

/** One layer of a policy: exactly the layers for which libs/sobolev has a tangent and a cotangent. */
export const LayerSpec = z.discriminatedUnion('kind', SPECS, { error: refuse(SPECS) }).meta({ id: 'Layer' });
export type LayerSpec = z.infer<typeof LayerSpec>;

type Known = readonly { shape: { kind: { value: string } } }[];

/** Names the layer that is not one of the known. */
function refuse(known: Known): z.core.$ZodErrorMap<z.core.$ZodIssueInvalidUnion | z.core.$ZodIssueInvalidType> {
  const kinds = known.map(({ shape }) => shape.kind.value);
  return (issue) => {
    const kind = (issue.input as { kind?: unknown } | undefined)?.kind;
    if (issue.code !== 'invalid_union' || typeof kind !== 'string') return undefined;
    const reason =
      kind === 'residual'
        ? "layer 'residual' cannot lie within a residual block"
        : `layer '${kind}' has no tangent and cotangent, so the engine cannot differentiate it`;
    return `${reason}; layers that can be used: ${kinds.join(', ')}`;
  };
}
