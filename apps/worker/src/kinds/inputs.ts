import { Architecture } from '@distiller/distillation';
import { ObservationContract } from '@distiller/distillation/spec';
import { type ArtifactStore, type JobRow, type Storage } from '@distiller/storage';
import { type LocalFile, type TeacherFiles } from './work.ts';

export interface InputsContext {
  storage: Storage;
  artifacts: ArtifactStore;
}

/** What the job needs is gone, damaged or not to be read by this version: another attempt would end the same. */
export class InputsLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputsLostError';
  }
}

/** A file that a job names, or may name. */
interface Input {
  /** @throws InputsLostError */
  required(): Promise<LocalFile>;
  optional(): Promise<LocalFile | undefined>;
}

/** What a job's row refers to, as local files. */
export interface Inputs {
  teacher(): Promise<TeacherFiles>;
  rollouts: Input;
  labels: Input;
  /** The safetensors file of the model that plays or is judged. */
  student: Input;
  /** The uploaded file that the job reads. */
  file: Input;
  /** @throws InputsLostError */
  idOf(what: 'teacher' | 'rollouts'): string;
}

export function createInputs(job: JobRow, { storage, artifacts }: InputsContext): Inputs {
  const input = (what: string, find: () => Promise<string | undefined>): Input => {
    const local = (sha256: string) => artifacts.path(sha256).then((path) => ({ path, sha256 }));
    return {
      required: async () => local(required(await find(), what)),
      optional: async () => {
        const sha256 = await find();
        return sha256 === undefined ? undefined : local(sha256);
      },
    };
  };
  return {
    teacher: async () => {
      const row = required(job.teacher && (await storage.teachers.get(job.teacher.id)), 'teacher');
      return {
        name: row.name,
        observation: ObservationContract.parse(row.observation),
        actions: row.actions,
        architecture: Architecture.parse(row.architecture),
        sha256: row.weights.sha256,
        weightsPath: await artifacts.path(row.weights.sha256),
      };
    },
    rollouts: input('rollouts', async () => fileOf(job.rollouts && (await storage.rollouts.get(job.rollouts.id)))),
    labels: input('labels', async () => fileOf(job.labels && (await storage.labels.get(job.labels.id)))),
    student: input('student', async () => {
      const model = job.studentId === null ? null : await storage.models.get(job.studentId);
      return model?.files.find(({ name }) => name === 'student')?.sha256;
    }),
    file: input('file', () => Promise.resolve(job.fileSha256 ?? undefined)),
    idOf: (what) => required(job[what], what).id,
  };
}

const fileOf = (row: { file: { sha256: string } } | null) => row?.file.sha256;

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InputsLostError(`the job's ${what} is gone`);
  return value;
}
