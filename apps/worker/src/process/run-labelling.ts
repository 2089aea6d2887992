import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { labelRollouts, openRollouts } from '@distiller/distillation';
import { type LabellingWork } from '../kinds/work.ts';
import { keepDirectory } from './kept-directory.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './work-context.ts';
import { loadTeacher } from './teacher-files.ts';
import { createTimer } from './timer.ts';

/** Computes what the teacher says of all frames, block by block. */
export async function* runLabelling(
  { jobId, spec, teacher, rollouts, teacherId, rolloutsId }: LabellingWork,
  { scratch, checkpoint, checkpointEveryMs }: JobOrder,
  { store, signal, framesBytes }: WorkContext,
): AsyncGenerator<Told> {
  const path = join(scratch, 'labels.zarr.zip');
  const kept = await keepDirectory(`${path}.partial`, store, checkpoint?.paths);
  const inputs = {
    teacher: await loadTeacher(teacher),
    rollouts: await openRollouts(rollouts.path),
    teacherSha256: teacher.sha256,
    rolloutsSha256: rollouts.sha256,
    path,
  };
  const isDue = createTimer(checkpointEveryMs);
  for await (const event of labelRollouts(spec, inputs, { signal, framesBytes })) {
    if (event.type === 'finished') {
      const file = await store.put(createReadStream(path));
      const name = spec.name ?? `labels-${jobId.slice(-12)}`;
      const { frames } = event;
      const labels = { name, teacherId, rolloutsId, projections: { of: spec.of, ...spec.projections }, frames, file };
      yield { type: 'finished', step: frames, result: { frames, bytes: file.bytes }, made: { labels } };
      return;
    }
    const { done, total } = event;
    yield { type: 'progress', phase: 'labelling', done, total, step: done };
    if (done > 0 && (isDue() || signal.aborted)) yield { type: 'checkpoint', step: done, files: await kept.save() };
  }
}
