import { evaluatePolicies } from '../evaluation/evaluate-policies.ts';
import { episodesOf } from '../evaluation/ledger.ts';
import { type DistillEvent, type ReturnMetrics } from '../events.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { EvaluationSpec } from '../spec/index.ts';
import { type RoundContext } from './rounds.ts';

/** Lets a student play the seeds that its teacher played. Undefined when it was aborted. */
export type MeasureReturns = (student: RegisteredTeacher) => AsyncGenerator<DistillEvent, ReturnMetrics | undefined>;

/** The teacher plays once for all students that are measured: it and the seeds stay the same. */
export function returnsMeter({ data, seed, signal, teacher }: RoundContext): MeasureReturns {
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
  let checkpoint: Uint8Array | undefined;
  return async function* (student) {
    const policies = { teacher, student, checkpoint };
    for await (const event of evaluatePolicies(spec, policies, signal ? { signal } : {})) {
      if (event.type === 'checkpoint') checkpoint = episodesOf('teacher', event.bytes);
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
  };
}
