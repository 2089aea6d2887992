import { contractDifferences, type ObservationContract } from './observation-contract.ts';
import { SpecError } from './spec-error.ts';

interface Seen {
  observation: ObservationContract;
  actions: readonly string[];
}

/**
 * Checks that teacher, student and rollouts see the same pixels and mean the same actions.
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`, `rollouts_too_short`
 */
export function checkEvaluation(teacher: Seen, student: Seen, rollouts?: Seen & { episodes: number }): void {
  requireAlike(teacher, student, '/student');
  if (!rollouts) return;
  requireAlike(teacher, rollouts, '/rollouts');
  if (rollouts.episodes < 2) {
    throw new SpecError(
      'rollouts_too_short',
      '/rollouts',
      'one episode: which frames the student has not seen is unknown',
    );
  }
}

function requireAlike(teacher: Seen, other: Seen, pointer: string): void {
  const differences = contractDifferences(teacher.observation, other.observation);
  if (differences.length > 0) {
    throw new SpecError(
      'contract_mismatch',
      pointer,
      `another observation contract than the teacher's: ${differences.join('; ')}`,
    );
  }
  if (teacher.actions.join() === other.actions.join()) return;
  const both = `${teacher.actions.join(' ')} ≠ ${other.actions.join(' ')}`;
  throw new SpecError('actions_mismatch', pointer, `other actions than the teacher's: ${both}`);
}
