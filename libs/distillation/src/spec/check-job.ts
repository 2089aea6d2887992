import { type LayerTable } from '@distiller/policies/description';
import { type DistillationSpec } from './distillation.ts';
import { contractDifferences, type ObservationContract } from './observation-contract.ts';
import { SpecError } from './spec-error.ts';
import { resolveTable } from './teacher.ts';

/** What a job needs to know of the resources that it names. */
export interface Seen {
  observation: ObservationContract;
  actions: readonly string[];
}

/**
 * Checks a distillation against its teacher and rollouts before anything is stored.
 * @param rollouts null where the teacher will play first
 * @returns the student's layer table
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`, `rollouts_too_short`, `architecture_invalid`
 */
export function checkDistillation(
  spec: DistillationSpec,
  teacher: Seen,
  rollouts: (Seen & { episodes: number }) | null,
): LayerTable {
  if (rollouts) {
    checkSameContract('/rollouts', teacher, rollouts);
    requireEpisodes(rollouts);
  }
  return resolveTable(spec.student, teacher.observation, teacher.actions.length, '/student');
}

/** @throws SpecError `rollouts_too_short` */
export function requireEpisodes({ episodes }: { episodes: number }): void {
  if (episodes >= 2) return;
  throw new SpecError('rollouts_too_short', '/rollouts', 'one episode: held out, it leaves none to train on');
}

/**
 * Two policies, or a policy and recorded play, belong together only under one contract and with the same actions.
 * @param pointer at the field that names the other one
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`
 */
export function checkSameContract(pointer: string, teacher: Seen, other: Seen): void {
  const differences = contractDifferences(teacher.observation, other.observation);
  if (differences.length > 0) {
    const list = differences.join('; ');
    throw new SpecError('contract_mismatch', pointer, `under another observation contract than the teacher's: ${list}`);
  }
  if (teacher.actions.join() !== other.actions.join()) {
    const both = `${teacher.actions.join(' ')} ≠ ${other.actions.join(' ')}`;
    throw new SpecError('actions_mismatch', pointer, `with other actions than the teacher's: ${both}`);
  }
}
