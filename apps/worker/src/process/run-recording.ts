import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Acting, readStudent, record } from '@distiller/distillation';
import { type RecordingWork } from '../kinds/work.ts';
import { keepDirectory } from './kept-directory.ts';
import { madeRollouts } from './made-rollouts.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './work-context.ts';
import { loadTeacher } from './teacher-files.ts';
import { createTimer } from './timer.ts';

/** Plays, and keeps each episode from its end on. */
export async function* runRecording(
  work: RecordingWork,
  { scratch, checkpoint, checkpointEveryMs }: JobOrder,
  { store, signal }: WorkContext,
): AsyncGenerator<Told> {
  const { spec, teacher } = work;
  const path = join(scratch, 'play.zarr.zip');
  const kept = await keepDirectory(`${path}.recording`, store, checkpoint?.paths);
  const options = {
    name: teacher.name,
    acting: await actingOf(work),
    goal: { minFrames: spec.frames },
    numEnvs: spec.games,
    seed: spec.seed,
    maxEpisodeFrames: spec.max_episode_frames,
    signal,
  };
  const isDue = createTimer(checkpointEveryMs);
  let whole = checkpoint?.step ?? 0;
  for await (const event of record(await loadTeacher(teacher), path, options)) {
    switch (event.type) {
      case 'opened':
        whole = event.frames;
        for (const message of event.damaged) yield { type: 'remark', message: `played again: ${message}` };
        break;
      case 'episode':
        whole += event.frames;
        if (isDue()) yield { type: 'checkpoint', step: whole, files: await kept.save() };
        break;
      case 'progress': {
        const { frames, framesPerSecond, meanReturn, expectedFrames } = event.progress;
        const metrics = { frames_per_second: framesPerSecond, ...(meanReturn !== null && { mean_return: meanReturn }) };
        const total = Math.round(expectedFrames ?? spec.frames);
        yield { type: 'progress', phase: 'playing', done: frames, total, step: frames, metrics };
        break;
      }
      case 'sealing':
        yield { type: 'progress', phase: 'sealing', done: 0, total: event.frames };
        break;
      case 'finished': {
        const source = {
          kind: 'recording',
          teacher: teacher.name,
          teacher_sha256: teacher.sha256,
          acting: spec.acting,
        };
        const file = await store.put(createReadStream(path));
        const rollouts = await madeRollouts(path, { name: spec.name, file, source });
        const result = { frames: rollouts.frames, episodes: rollouts.episodes, mean_return: rollouts.meanReturn };
        yield { type: 'finished', step: rollouts.frames, result, made: { rollouts } };
        return;
      }
    }
  }
  // Interrupted: what was played to its end is kept.
  if (whole > 0) yield { type: 'checkpoint', step: whole, files: await kept.save() };
}

async function actingOf({ spec: { acting }, student }: RecordingWork): Promise<Acting> {
  if (acting.kind !== 'mixture') return acting;
  const { teacher_share: beta, per } = acting;
  return { kind: 'mixture', student: readStudent(await readFile(student!.path)), beta, per };
}
