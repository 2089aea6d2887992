import {
  checkDistillation,
  checkEvaluation,
  checkImport,
  checkSameContract,
  type DistillationSpec,
  type EvaluationSpec,
  type ImportSpec,
  type JobSpec,
  type LabellingSpec,
  type RecordingSpec,
  type WorkSpec,
} from '@distiller/distillation/spec';
import {
  type LabelsRow,
  type ModelRow,
  type NewJob,
  type RolloutsRow,
  type TakenFile,
  type TeacherRow,
} from '@distiller/storage';
import { layerTableJson } from '../layer-table.ts';
import { fieldProblem } from '../problems/problem.ts';
import { type Scope } from '../scope.ts';
import { requireUpload } from '../uploads/taking.ts';
import { requireFreeName, requireLabels, requireModel, requireRollouts, requireTeacher, seen } from './references.ts';
import { requireSamePair } from './same-pair.ts';

/** What is stored of a job, and the upload that becomes its file. */
export interface JobPlan {
  job: NewJob;
  /** Hashes of the files that it will read, but of that upload, which has just been hashed. */
  inputs: string[];
  file?: TakenFile;
}

/** Checks a spec against what it names. @throws ProblemError, SpecError */
export async function planJob(dependencies: Scope, spec: WorkSpec): Promise<JobPlan> {
  switch (spec.kind) {
    case 'distillation':
      return planDistillation(dependencies, spec);
    case 'recording':
      return planRecording(dependencies, spec);
    case 'import':
      return planImport(dependencies, spec);
    case 'labelling':
      return planLabelling(dependencies, spec);
    case 'evaluation':
      return planEvaluation(dependencies, spec);
  }
}

async function planDistillation({ storage }: Scope, spec: DistillationSpec): Promise<JobPlan> {
  const teacher = await requireTeacher(storage, spec.teacher);
  const rollouts = spec.rollouts === undefined ? null : await requireRollouts(storage, spec.rollouts);
  const table = checkDistillation(spec, seen(teacher), rollouts && { ...seen(rollouts), episodes: rollouts.episodes });
  const labels = await labelsFor({ storage }, spec, { teacher, rollouts });
  const job = {
    ...common(spec),
    layerTable: layerTableJson(table),
    teacherId: teacher.id,
    rolloutsId: rollouts?.id,
    labelsId: labels?.id,
    totalSteps: spec.steps,
  };
  return { job, inputs: hashesOf(teacher.weights, rollouts?.file, labels?.file) };
}

/** The labels that the job names or, where it leaves that to us, the newest that there are. */
async function labelsFor(
  { storage }: Pick<Scope, 'storage'>,
  { labels, loss }: DistillationSpec,
  { teacher, rollouts }: { teacher: TeacherRow; rollouts: RolloutsRow | null },
): Promise<LabelsRow | undefined> {
  switch (labels.kind) {
    case 'recompute':
      return undefined;
    case 'stored': {
      const found = await requireLabels(storage, labels.labels);
      requireSamePair(found, { teacher, rollouts }, loss);
      return found;
    }
    case 'auto':
      if (!rollouts || loss.augmentation.length > 0) return undefined;
      return (await storage.labels.of({ teacherId: teacher.id, rolloutsId: rollouts.id }))[0];
  }
}

async function planRecording({ storage }: Scope, spec: RecordingSpec): Promise<JobPlan> {
  await requireFreeName(storage.rollouts, spec.name, 'rollouts');
  const teacher = await requireTeacher(storage, spec.teacher);
  const { acting } = spec;
  const student = acting.kind === 'mixture' ? await requireModel(storage, acting.model, '/acting/model') : undefined;
  if (student) checkSameContract('/acting/model', seen(teacher), seen(student));
  const job = { ...common(spec), teacherId: teacher.id, studentId: student?.id, totalSteps: spec.frames };
  return { job, inputs: hashesOf(teacher.weights, student && weightsOf(student)) };
}

async function planImport(dependencies: Scope, spec: ImportSpec): Promise<JobPlan> {
  const { storage, artifacts } = dependencies;
  await requireFreeName(storage.rollouts, spec.name, 'rollouts');
  const { id, sha256 } = await requireUpload(dependencies, spec.file, '/file');
  const { frames } = await checkImport(spec, await artifacts.stagedPath(id));
  return {
    job: { ...common(spec), totalSteps: frames ?? 0 },
    inputs: [],
    file: { upload: id, keep: () => artifacts.promote(id, sha256) },
  };
}

async function planLabelling({ storage }: Scope, spec: LabellingSpec): Promise<JobPlan> {
  if (spec.name !== undefined) await requireFreeName(storage.labels, spec.name, 'labels');
  const teacher = await requireTeacher(storage, spec.teacher);
  const rollouts = await requireRollouts(storage, spec.rollouts);
  checkSameContract('/rollouts', seen(teacher), seen(rollouts));
  const job = { ...common(spec), teacherId: teacher.id, rolloutsId: rollouts.id, totalSteps: rollouts.frames };
  return { job, inputs: hashesOf(teacher.weights, rollouts.file) };
}

async function planEvaluation({ storage }: Scope, spec: EvaluationSpec): Promise<JobPlan> {
  const teacher = await requireTeacher(storage, spec.teacher);
  const student = await requireModel(storage, spec.student.model, '/student/model');
  const rollouts = spec.rollouts === undefined ? undefined : await requireRollouts(storage, spec.rollouts);
  checkEvaluation(seen(teacher), seen(student), rollouts && { ...seen(rollouts), episodes: rollouts.episodes });
  const ids = { teacherId: teacher.id, studentId: student.id, rolloutsId: rollouts?.id };
  const inputs = hashesOf(teacher.weights, weightsOf(student), rollouts?.file);
  return { job: { ...common(spec), ...ids, totalSteps: episodesOf(spec) }, inputs };
}

function hashesOf(...files: ({ sha256: string } | undefined)[]): string[] {
  return files.flatMap((file) => (file ? [file.sha256] : []));
}

const weightsOf = (model: ModelRow) => model.files.find(({ name }) => name === 'student');

/** Of all who play, with and without sticky actions. */
function episodesOf({ episodes, random_baseline, sticky_actions }: EvaluationSpec): number {
  return episodes * (random_baseline ? 3 : 2) * (sticky_actions === 'both' ? 2 : 1);
}

/** @throws ProblemError when the deadline is given twice, or over */
export function common(spec: JobSpec) {
  const { kind, requires, metadata, tags, priority } = spec;
  return { kind, spec, needsGpu: requires.gpu, metadata, tags, priority, deadlineAt: deadlineOf(spec) };
}

/** @throws ProblemError when both are given, or the moment is over */
function deadlineOf({ deadline_seconds: seconds, deadline_at: at }: JobSpec): Date | undefined {
  if (seconds !== undefined && at !== undefined) {
    throw fieldProblem('invalid_request', '/deadline_at', 'beside deadline_seconds: give one of the two');
  }
  if (seconds !== undefined) return new Date(Date.now() + 1000 * seconds);
  if (at === undefined) return undefined;
  if (Date.parse(at) <= Date.now()) throw fieldProblem('invalid_request', '/deadline_at', 'this moment is over');
  return new Date(at);
}
