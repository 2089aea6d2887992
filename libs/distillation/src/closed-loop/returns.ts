import { evaluatePolicies } from '../evaluation/evaluate-policies.ts';
import { type DistillEvent, type ReturnMetrics } from '../events.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { EvaluationSpec } from '../spec/index.ts';
import { type RoundContext } from './rounds.ts';

/** Lets student and teacher play the same seeds. Undefined when it was aborted. */
export async function* playReturns(
  { data, seed, signal }: RoundContext,
  policies: { teacher: RegisteredTeacher; student: RegisteredTeacher },
): AsyncGenerator<DistillEvent, ReturnMetrics | undefined> {
  const spec = EvaluationSpec.parse({
    kind: 'evaluation',
    teacher: 'teacher',
    student: { model: 'student' },
    episodes: data.evaluation_episodes,
    sticky_actions: 'off',
    max_episode_frames: data.max_episode_frames,
    video: false,
    saliency_frames: 0,
    seed,
  });
  for await (const event of evaluatePolicies(spec, policies, signal ? { signal } : {})) {
    if (event.type === 'progress') {
      yield { type: 'playing', done: event.episodesDone, total: event.episodesTotal };
    }
    if (event.type === 'finished') {
      const [played] = event.report.play;
      return {
        return_ratio: played?.return_ratio?.value ?? Number.NaN,
        student_return: played?.student.mean.value ?? Number.NaN,
        teacher_return: played?.teacher.mean.value ?? Number.NaN,
      };
    }
  }
  return undefined;
}
