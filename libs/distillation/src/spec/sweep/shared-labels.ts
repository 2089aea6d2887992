import { type DerivativeTerm } from '../derivative-term.ts';
import { type DistillationSpec } from '../distillation.ts';
import { LabellingSpec } from '../labelling.ts';
import { planLabels, type LabelsDescription } from '../labels-plan.ts';

/** More bytes of stored derivatives than this are not made unasked. */
const MAX_BYTES = 4 * 2 ** 30;
/** A worker's, unless it was told otherwise (FRAMES_MEMORY_MB): of rollouts that take more, stored labels are not used. */
const FRAMES_BYTES = 2 ** 30;

/** What the children of a sweep that have the same teacher and rollouts have in common. */
export interface SharedPair {
  /** As specs name them. */
  teacher: string;
  rollouts: string;
  frames: number;
  actions: number;
  /** Of one frame, and how many of them one observation has. */
  pixels: number;
  stack: number;
  /** Those that there are, newest first. */
  stored: readonly LabelsDescription[];
}

export interface SharedLabels {
  /** To be made. */
  labellings: LabellingSpec[];
  /** For each child: a place in `stored`, a place in `labellings`, or neither. */
  of: { stored: number | null; labelling: number | null }[];
}

/**
 * Which labels children share: stored ones, where they fit the child's loss, and else new ones, made once for all whose losses
 * are of a kind. New ones are made where the children would ask the teacher about more frames than there are.
 * @param children all of one pair
 * @param stepsAtLeast that each of them trains
 */
export function shareLabels(
  children: readonly DistillationSpec[],
  pair: SharedPair,
  stepsAtLeast: (child: DistillationSpec) => number,
): SharedLabels {
  const fits = (child: DistillationSpec) =>
    pair.stored.findIndex((labels) => {
      const { log_probs, derivative } = planLabels(child, labels);
      return log_probs === 'stored' && derivative !== 'recomputed';
    });
  const of = children.map((child) => {
    const index = canUse(child) ? fits(child) : -1;
    return { stored: index < 0 ? null : index, labelling: null as number | null };
  });
  if (pair.frames * pair.pixels > FRAMES_BYTES) return { labellings: [], of };
  const unserved = children.flatMap((child, index) => (canUse(child) && of[index]?.stored === null ? [index] : []));
  const groups = groupBy(unserved, (index) => keyOf(children[index]!.loss.derivative, pair));
  const labellings: LabellingSpec[] = [];
  // Those whose loss has no derivative are served by any labels of the pair.
  for (const [key, members] of [...groups].sort(([a], [b]) => Number(a === PLAIN) - Number(b === PLAIN))) {
    if (key === PLAIN && labellings.length > 0) {
      for (const member of members) of[member]!.labelling = 0;
      continue;
    }
    const asked = members.reduce((sum, at) => sum + stepsAtLeast(children[at]!) * children[at]!.batch_size, 0);
    if (asked <= pair.frames) continue;
    for (const member of members) of[member]!.labelling = labellings.length;
    labellings.push(
      labelling(
        members.map((member) => children[member]!),
        pair,
        key,
      ),
    );
  }
  return { labellings, of };
}

/** Labels are of frames as recorded, and only `auto` leaves them to us. */
function canUse({ labels, loss, data }: DistillationSpec): boolean {
  return labels.kind === 'auto' && data.kind === 'recorded' && loss.augmentation.length === 0;
}

const PLAIN = 'log-probabilities';

/** Losses with the same key can take their derivatives from the same labels, if there are enough of them. */
function keyOf(derivative: DerivativeTerm, { frames, pixels, stack }: SharedPair): string {
  switch (derivative.kind) {
    case 'none':
      return PLAIN;
    case 'vjp':
      return frames * pixels * stack * derivative.projections > MAX_BYTES ? PLAIN : `vjp of ${derivative.of}`;
    case 'jvp':
      return `jvp of ${derivative.of} along ${derivative.directions}`;
  }
}

function labelling(children: readonly DistillationSpec[], { teacher, rollouts, actions }: SharedPair, key: string) {
  const derivatives = key === PLAIN ? [] : children.map(({ loss }) => loss.derivative);
  const { requires, priority, tags, metadata } = children[0]!;
  const common = { kind: 'labelling', teacher, rollouts, requires, priority, tags, metadata };
  const first = derivatives[0];
  if (first === undefined || first.kind === 'none') return LabellingSpec.parse(common);
  const counts = derivatives.map((one) => (one.kind === 'vjp' ? one.projections : one.kind === 'jvp' ? one.draws : 0));
  const count = Math.max(...counts);
  const projections =
    first.kind === 'vjp'
      ? { kind: 'vjp', count: Math.min(count, actions) }
      : { kind: 'jvp', directions: first.directions, count };
  return LabellingSpec.parse({ ...common, of: first.of, projections });
}

function groupBy<Key, Item>(items: readonly Item[], keyOfItem: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOfItem(item), [...(groups.get(keyOfItem(item)) ?? []), item]);
  return groups;
}
