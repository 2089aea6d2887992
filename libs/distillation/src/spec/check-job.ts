import { type LayerTable } from '@distiller/policies/description';
import { type DistillationSpec } from './job.ts';
import { contractDifferences, type ObservationContract } from './observation-contract.ts';
import { SpecError } from './spec-error.ts';
import { resolveTable } from './teacher.ts';

/** What a job needs to know of the resources that it names. */
interface Seen {
  observation: ObservationContract;
  actions: readonly string[];
}

/**
 * Checks that a teacher can say something of the frames of rollouts.
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`
 */
export function checkSamePlay(teacher: Seen, rollouts: Seen): void {
  const differences = contractDifferences(teacher.observation, rollouts.observation);
  if (differences.length > 0) {
    const list = differences.join('; ');
    throw new SpecError(
      'contract_mismatch',
      '/rollouts',
      `recorded under another observation contract than the teacher's: ${list}`,
    );
  }
  if (teacher.actions.join() !== rollouts.actions.join()) {
    const both = `${teacher.actions.join(' ')} ≠ ${rollouts.actions.join(' ')}`;
    throw new SpecError('actions_mismatch', '/rollouts', `recorded with other actions than the teacher's: ${both}`);
  }
}

/**
 * Checks a distillation against its teacher and rollouts before anything is stored.
 * @returns the student's layer table
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`, `rollouts_too_short`, `architecture_invalid`
 */
export function checkDistillation(
  spec: DistillationSpec,
  teacher: Seen,
  rollouts: Seen & { episodes: number },
): LayerTable {
  checkSamePlay(teacher, rollouts);
  if (rollouts.episodes < 2) {
    throw new SpecError('rollouts_too_short', '/rollouts', 'one episode: held out, it leaves none to train on');
  }
  return resolveTable(spec.student, teacher.observation, teacher.actions.length, '/student');
}
