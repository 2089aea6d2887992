import { z } from 'zod';
import { RolloutsError } from '../rollouts-error.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().min(1).max(64);

const Projections = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('vjp'), count: Count, precision: z.enum(['int8', 'f16']) }),
  z.object({
    kind: z.literal('jvp'),
    count: Count,
    /** The set that directions come from, by whoever labelled; this library stores it and does not read it. */
    directions: z.string().min(1).max(100),
    precision: z.enum(['f32', 'f16']),
  }),
]);
export type StoredProjections = z.infer<typeof Projections>;

/** What a labels file says of itself: the attributes of its zarr group. */
export const LabelsAttributes = z.object({
  format_version: z.literal(1),
  kind: z.literal('labels'),
  teacher_sha256: Sha256,
  rollouts_sha256: Sha256,
  contract_hash: z.string().min(1).max(100),
  /** Frames of the rollouts, all of which are labelled. */
  frames: z
    .int()
    .min(1)
    .max(2 ** 26),
  actions: z.int().min(1).max(64),
  /** [height, width, stack] of an observation. */
  observation: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  /** Whose derivatives the projections are. */
  of: z.string().min(1).max(50),
  projections: Projections,
  /** How directions follow from seed, frame and number; a file of another version than the reader's has none to rebuild. */
  directions_version: z.int().nonnegative(),
  seed: z.int().min(0),
  versions: z.record(z.string(), z.string()),
});
export type LabelsAttributes = z.infer<typeof LabelsAttributes>;
export type NewLabelsAttributes = Omit<LabelsAttributes, 'format_version' | 'kind'>;

const Group = z.object({ zarr_format: z.literal(3), node_type: z.literal('group'), attributes: LabelsAttributes });

/** JSON of the group's zarr.json. @throws RolloutsError naming the attribute that is wrong */
export function encodeLabelsGroup(attributes: NewLabelsAttributes): string {
  const all = { format_version: 1, kind: 'labels', ...attributes };
  return JSON.stringify(parseGroup({ zarr_format: 3, node_type: 'group', attributes: all }));
}

/** The attributes in a parsed zarr.json. @throws RolloutsError */
export function decodeLabelsGroup(json: unknown): LabelsAttributes {
  return parseGroup(json).attributes;
}

function parseGroup(json: unknown): z.infer<typeof Group> {
  const parsed = Group.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new RolloutsError(`zarr.json: ${z.prettifyError(parsed.error)}`);
}
