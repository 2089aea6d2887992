import { type JobOrder, type Told } from './messages.ts';
import { runDistillation } from './run-distillation.ts';
import { runEvaluation } from './run-evaluation.ts';
import { runImport } from './run-import.ts';
import { runLabelling } from './run-labelling.ts';
import { runRecording } from './run-recording.ts';
import { type WorkContext } from './work-context.ts';

/** Does a job's work, whatever its kind: the process side of the catalogue in kinds/work.ts. */
export function runWork(order: JobOrder, context: WorkContext): AsyncGenerator<Told> {
  const { work } = order;
  switch (work.kind) {
    case 'distillation':
      return runDistillation(work, order, context);
    case 'recording':
      return runRecording(work, order, context);
    case 'import':
      return runImport(work, order, context);
    case 'labelling':
      return runLabelling(work, order, context);
    case 'evaluation':
      return runEvaluation(work, order, context);
  }
}
