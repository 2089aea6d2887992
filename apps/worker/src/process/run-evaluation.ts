import { readFile } from 'node:fs/promises';
import { type EvaluationEvent, evaluatePolicies, openRollouts, readStudent } from '@distiller/distillation';
import { type EvaluationReport } from '@distiller/distillation/spec';
import { type NewJobFile } from '@distiller/storage';
import { type EvaluationWork } from '../kinds/work.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './work-context.ts';
import { loadTeacher } from './teacher-files.ts';

const LEDGER = 'ledger';

/** Plays teacher and student against each other; what is to be looked at goes into the artifact store. */
export async function* runEvaluation(
  { jobId, spec, teacher, student, rollouts }: EvaluationWork,
  { checkpoint, checkpointEveryMs }: JobOrder,
  { store, signal, framesBytes }: WorkContext,
): AsyncGenerator<Told> {
  const inputs = {
    teacher: await loadTeacher(teacher),
    student: readStudent(await readFile(student.path)),
    rollouts: rollouts && (await openRollouts(rollouts.path)),
    checkpoint: checkpoint && (await readFile(checkpoint.paths[LEDGER]!)),
  };
  let done = checkpoint?.step ?? 0;
  for await (const event of evaluatePolicies(spec, inputs, { checkpointEveryMs, signal, framesBytes })) {
    switch (event.type) {
      case 'progress':
        done = event.episodesDone;
        yield { type: 'progress', phase: 'playing', done, total: event.episodesTotal, step: done };
        break;
      case 'stage':
        yield { type: 'progress', phase: event.stage, done: 0, total: 1 };
        break;
      case 'checkpoint':
        yield { type: 'checkpoint', step: done, files: [{ name: LEDGER, ...(await store.put(event.bytes)) }] };
        break;
      case 'finished':
        yield {
          type: 'finished',
          step: done,
          result: resultOf(event.report),
          made: { files: await filesOf(event, jobId, store) },
        };
    }
  }
}

async function filesOf(
  { report, files }: Extract<EvaluationEvent, { type: 'finished' }>,
  jobId: string,
  store: WorkContext['store'],
): Promise<NewJobFile[]> {
  const bytes = Buffer.from(JSON.stringify(report));
  const all = [{ name: 'report.json', mediaType: 'application/json', bytes }, ...files];
  return Promise.all(
    all.map(async ({ name, mediaType, bytes: content }) => ({
      name,
      filename: `${jobId}.${name}`,
      mediaType,
      ...(await store.put(content)),
    })),
  );
}

/** The report's figures in a row; those with sticky actions by names of their own. */
function resultOf({ play, held_out }: EvaluationReport): Record<string, number> {
  const figures: [string, number | undefined][] = play.flatMap((played) => {
    const suffix = played.sticky_action_probability > 0 ? '_sticky' : '';
    return [
      [`return_ratio${suffix}`, played.return_ratio?.value],
      [`teacher_return${suffix}`, played.teacher.mean.value],
      [`student_return${suffix}`, played.student.mean.value],
    ] as [string, number | undefined][];
  });
  if (held_out) {
    const { kl, action_error, jacobian_error } = held_out;
    figures.push(['kl', kl], ['action_error', action_error], ['jacobian_error', jacobian_error]);
  }
  return Object.fromEntries(figures.filter((entry): entry is [string, number] => entry[1] !== undefined));
}
