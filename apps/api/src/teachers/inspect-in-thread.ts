// The thread of inspect-apart.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { inspectTeacher, SpecError, type TeacherInput, type TeacherPaths } from '@distiller/distillation/spec';
import { type Answer } from './inspect-apart.ts';

const { teacher, paths } = workerData as { teacher: TeacherInput; paths: TeacherPaths };

parentPort?.postMessage(await answer());

async function answer(): Promise<Answer> {
  try {
    return { inspected: await inspectTeacher(teacher, paths) };
  } catch (error) {
    if (error instanceof SpecError)
      return { refused: { code: error.code, pointer: error.pointer, message: error.message } };
    const { stack, code } = error as NodeJS.ErrnoException;
    return { failed: stack ?? String(error), code };
  }
}
