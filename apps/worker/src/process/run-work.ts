import { type ArtifactStore } from '@distiller/storage';
import { type JobOrder, type Told } from './messages.ts';
import { runDistillation } from './run-distillation.ts';
import { runEvaluation } from './run-evaluation.ts';
import { runImport } from './run-import.ts';
import { runLabelling } from './run-labelling.ts';
import { runRecording } from './run-recording.ts';

/** What every kind of work needs of its process. */
export interface WorkContext {
  store: ArtifactStore;
  /** When aborted, the work tells a last checkpoint and ends without `finished`. */
  signal: AbortSignal;
}

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
