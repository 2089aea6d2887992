import {
  checkDistillation,
  checkSameContract,
  type DistillationSpec,
  type JobSpec,
  type RecordingSpec,
} from '@distiller/distillation/spec';
import { type NewJob, type Storage } from '@distiller/storage';
import { layerTableJson } from '../layer-table.ts';
import { requireFreeName, requireModel, requireRollouts, requireTeacher, seen } from './references.ts';

/** What is stored of a job, after its spec was checked against what it names. @throws ProblemError, SpecError */
export async function planJob(storage: Storage, spec: JobSpec): Promise<NewJob> {
  switch (spec.kind) {
    case 'distillation':
      return planDistillation(storage, spec);
    case 'recording':
      return planRecording(storage, spec);
  }
}

async function planDistillation(storage: Storage, spec: DistillationSpec): Promise<NewJob> {
  const teacher = await requireTeacher(storage, spec.teacher);
  const rollouts = spec.rollouts === undefined ? null : await requireRollouts(storage, spec.rollouts);
  const recorded = rollouts && { ...seen(rollouts), episodes: rollouts.episodes };
  const table = checkDistillation(spec, seen(teacher), recorded);
  return {
    ...common(spec),
    layerTable: layerTableJson(table),
    teacherId: teacher.id,
    rolloutsId: rollouts?.id,
    totalSteps: spec.steps,
  };
}

async function planRecording(storage: Storage, spec: RecordingSpec): Promise<NewJob> {
  await requireFreeName(storage.rollouts, spec.name, 'rollouts');
  const teacher = await requireTeacher(storage, spec.teacher);
  const student =
    spec.player.kind === 'student' ? await requireModel(storage, spec.player.model, '/player/model') : null;
  if (student) checkSameContract('/player/model', seen(teacher), seen(student));
  return { ...common(spec), teacherId: teacher.id, studentId: student?.id, totalSteps: spec.frames };
}

function common(spec: JobSpec) {
  return { kind: spec.kind, spec, metadata: spec.metadata };
}
