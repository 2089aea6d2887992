import { z } from 'zod';

const positive = z.int().min(1);

const ConvSpec = z.strictObject({
  kind: z.literal('conv'),
  filters: positive.max(4096),
  kernel: positive.max(64),
  stride: positive.max(64).default(1),
  padding: z.literal('valid').default('valid'),
});
const DenseSpec = z.strictObject({ kind: z.literal('dense'), units: positive.max(65_536) });
const FlattenSpec = z.strictObject({ kind: z.literal('flatten') });
const ReluSpec = z.strictObject({ kind: z.literal('relu') });

const KINDS = ['conv', 'dense', 'flatten', 'relu'];

/** One layer of a policy: exactly the layers for which libs/sobolev has a tangent and a cotangent. */
export const LayerSpec = z
  .discriminatedUnion('kind', [ConvSpec, DenseSpec, FlattenSpec, ReluSpec], {
    error: (issue) => {
      const input = issue.input as { kind?: unknown } | undefined;
      if (issue.code !== 'invalid_union' || typeof input?.kind !== 'string') return undefined;
      return `layer '${input.kind}' has no tangent and cotangent, so the engine cannot differentiate it; layers that can be used: ${KINDS.join(', ')}`;
    },
  })
  .meta({ id: 'Layer' });
export type LayerSpec = z.infer<typeof LayerSpec>;
