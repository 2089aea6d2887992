import { checkSameContract, requireEpisodes, type Seen } from './check-job.ts';

/**
 * Checks that teacher, student and rollouts see the same pixels and mean the same actions.
 * @throws SpecError: `contract_mismatch`, `actions_mismatch`, `rollouts_too_short`
 */
export function checkEvaluation(teacher: Seen, student: Seen, rollouts?: Seen & { episodes: number }): void {
  checkSameContract('/student/model', teacher, student);
  if (!rollouts) return;
  checkSameContract('/rollouts', teacher, rollouts);
  requireEpisodes(rollouts);
}
