import { Worker } from 'node:worker_threads';
import { type InspectedTeacher, SpecError, type TeacherInput, type TeacherPaths } from '@distiller/distillation/spec';

/** More than any sound file takes, so that one that is made to keep its reader busy ends too. */
const TIMEOUT_MS = 30_000;
/** JavaScript's heap of the thread; files and weights are outside of it, and bounded by their readers. */
const MAX_HEAP_MB = 512;

/** What the thread answers. */
export type Answer =
  | { inspected: InspectedTeacher }
  | { refused: { code: string; pointer: string; message: string } }
  /** With the system's code, such as ENOENT, where it was a system's call that failed. */
  | { failed: string; code: string | undefined };

/**
 * `inspectTeacher` in a thread of its own: a stranger's file neither blocks the API nor takes it down.
 * @throws SpecError
 */
export async function inspectApart(teacher: TeacherInput, paths: TeacherPaths): Promise<InspectedTeacher> {
  const thread = new Worker(new URL('./inspect-thread.mjs', import.meta.url), {
    workerData: { teacher, paths },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  try {
    const answer = await answerOf(thread);
    if ('inspected' in answer) return answer.inspected;
    if ('failed' in answer) throw Object.assign(new Error(answer.failed), { code: answer.code });
    const { code, pointer, message } = answer.refused;
    throw new SpecError(code, pointer, message);
  } finally {
    await thread.terminate();
  }
}

function answerOf(thread: Worker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const tooMuch = (what: string) => reject(new SpecError('weights_invalid', '/weights', `reading the file ${what}`));
    const timer = setTimeout(() => tooMuch(`took more than ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
    thread.once('message', resolve);
    thread.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch(`took more than ${MAX_HEAP_MB} MB`) : reject(error),
    );
    thread.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the thread ended without an answer'));
    });
  });
}
