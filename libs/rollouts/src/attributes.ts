import { z } from 'zod';
import { RolloutsError } from './rollouts-error.ts';

const MAX_ACTIONS = 18;

const ImportSource = z.object({
  format: z.string().min(1).max(50),
  name: z.string().max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the file calls itself, and what was found remarkable about it. */
  details: z.record(z.string(), z.union([z.string(), z.boolean()])),
  remarks: z.array(z.string()),
});

/** What a rollouts file says of itself: the attributes of its zarr group. */
export const RolloutsAttributes = z.object({
  format_version: z.literal(1),
  game: z.string().min(1).max(100),
  actions: z.array(z.string().min(1).max(50)).min(1).max(MAX_ACTIONS),
  /** The observation contract; this library stores it and does not read it. */
  observation: z.record(z.string(), z.unknown()),
  contract_hash: z.string().min(1).max(100),
  /** Name of the policy that played; null when it is unknown. */
  teacher: z.string().max(200).nullable(),
  acting: z.enum(['sampled', 'greedy', 'epsilon-greedy', 'mixture', 'unknown']),
  /** Of ε-greedy play: the probability of any action whatever. */
  epsilon: z.number().min(0).max(1).optional(),
  /** Of a mixture: the probability that the teacher acted and not a student, for each step or each episode. */
  beta: z.number().min(0).max(1).optional(),
  beta_per: z.enum(['step', 'episode']).optional(),
  /** Null where the play was recorded elsewhere. */
  seed: z.int().nullable(),
  versions: z.record(z.string(), z.string()),
  /** The file that imported play comes from. */
  source: ImportSource.optional(),
});
export type RolloutsAttributes = z.infer<typeof RolloutsAttributes>;

const Group = z.object({ zarr_format: z.literal(3), node_type: z.literal('group'), attributes: RolloutsAttributes });

/** JSON of the group's zarr.json. @throws RolloutsError naming the attribute that is wrong */
export function encodeGroup(attributes: Omit<RolloutsAttributes, 'format_version'>): string {
  return JSON.stringify(
    parseGroup({ zarr_format: 3, node_type: 'group', attributes: { format_version: 1, ...attributes } }),
  );
}

/** The attributes in a parsed zarr.json. @throws RolloutsError */
export function decodeGroup(json: unknown): RolloutsAttributes {
  return parseGroup(json).attributes;
}

function parseGroup(json: unknown): z.infer<typeof Group> {
  const parsed = Group.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new RolloutsError(`zarr.json: ${z.prettifyError(parsed.error)}`);
}
