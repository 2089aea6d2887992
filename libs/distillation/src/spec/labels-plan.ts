import { type LabelsAttributes } from '@distiller/rollouts';
import { type DerivativeTerm } from './derivative-term.ts';
import { type DistillationSpec } from './distillation.ts';

/**
 * How the directions of stored derivatives follow from seed, frame and number: random streams, noise, sizes of patches. To be
 * raised with any change of them.
 */
export const DIRECTIONS_VERSION = 1;

/** What stored labels say of themselves, as far as a job can use it. */
export type LabelsDescription = Pick<LabelsAttributes, 'actions' | 'of' | 'projections' | 'directions_version'>;

/** What a distillation takes from stored labels, and why no more; by its names on the wire. */
export type LabelsPlan = {
  log_probs: 'stored' | 'recomputed';
  derivative: 'stored' | 'recomputed' | 'none';
  reason: string;
};

/**
 * What of its labels a job takes from a file, and what its teacher is asked for at every step. `auto` takes whatever fits, as if the
 * labels had been named: of every kind they were quicker than the teacher, and students as good (DECISIONS.md, 24).
 * @param stored the labels that the job names, or those there are of its teacher and rollouts
 */
export function planLabels(
  { labels, loss }: Pick<DistillationSpec, 'labels' | 'loss'>,
  stored: LabelsDescription | undefined,
): LabelsPlan {
  const { derivative, augmentation } = loss;
  const asked = derivative.kind === 'none' ? 'none' : 'recomputed';
  const recomputed = (reason: string): LabelsPlan => ({ log_probs: 'recomputed', derivative: asked, reason });
  if (labels.kind === 'recompute') return recomputed('the job asks for it');
  if (!stored) return recomputed('no labels of this teacher and these rollouts are stored');
  if (augmentation.length > 0) return recomputed('labels are of frames as recorded, and this job augments them');
  if (derivative.kind === 'none') return { log_probs: 'stored', derivative: 'none', reason: 'all of it is stored' };
  const against = misfit(derivative, stored);
  if (against) return { log_probs: 'stored', derivative: 'recomputed', reason: against };
  return { log_probs: 'stored', derivative: 'stored', reason: 'all of it is stored' };
}

/** Why stored derivatives are not those of the loss. */
function misfit(
  derivative: Exclude<DerivativeTerm, { kind: 'none' }>,
  { actions, of, projections, directions_version }: LabelsDescription,
): string | undefined {
  if (projections.kind === 'none') return 'no derivatives are stored';
  if (projections.kind !== derivative.kind)
    return `a ${projections.kind} is stored, the loss is of a ${derivative.kind}`;
  if (of !== derivative.of) return `derivatives of the ${of} are stored, the loss is of the ${derivative.of}`;
  const wanted = derivative.kind === 'vjp' ? Math.min(derivative.projections, actions) : derivative.draws;
  if (projections.count < wanted) return `${projections.count} a frame are stored, the loss takes ${wanted}`;
  if (projections.kind === 'vjp' || derivative.kind === 'vjp') return undefined;
  if (projections.directions !== derivative.directions) {
    return `directions are stored by ${projections.directions}, the loss takes them by ${derivative.directions}`;
  }
  if (directions_version === DIRECTIONS_VERSION) return undefined;
  return `directions of version ${directions_version} are stored, this is version ${DIRECTIONS_VERSION}`;
}
