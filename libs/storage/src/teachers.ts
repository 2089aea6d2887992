import { type Stored } from './artifact-store/stored.ts';
import { idOrName, referredTo } from './by-reference.ts';
import { type Database, isUniqueViolation, json } from './database.ts';
import { NameTakenError } from './errors.ts';
import { type Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { EVERYBODY, type Owner } from './owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { recordArtifact, takeUpload } from './uploads.ts';

/** JSON columns (observation, architecture, layerTable, measuredReturn) are what the spec wrote: parse them on reading. */
export interface NewTeacher {
  name: string;
  observation: object;
  contractHash: string;
  actions: string[];
  architecture: object;
  layerTable: object;
  measuredReturn?: object | undefined;
  provenance?: string | undefined;
  /** What the uploaded file was, and its hash. */
  format: string;
  sourceSha256: string;
  verification?: object | undefined;
}

export interface TeacherRow {
  id: string;
  projectId: string;
  name: string;
  observation: unknown;
  contractHash: string;
  actions: string[];
  architecture: unknown;
  layerTable: unknown;
  measuredReturn: unknown;
  provenance: string | null;
  format: string;
  sourceSha256: string | null;
  verification: unknown;
  weights: { sha256: string; bytes: number };
  createdAt: Date;
}

export interface TeacherSource {
  uploads: readonly string[];
  /** The bytes of an upload, or others that were made of it. */
  weights: Stored;
  keep: () => Promise<void>;
}

export interface Teachers {
  /**
   * Takes the uploads that the teacher came in; `keep` stores its weights just before the rows are committed.
   * @throws NameTakenError, UploadGoneError: nothing is stored then
   */
  create(teacher: NewTeacher, from: TeacherSource): Promise<TeacherRow>;
  get(idOrName: string): Promise<TeacherRow | null>;
  list(page: PageRequest): Promise<Page<TeacherRow>>;
}

const include = { weights: true } as const;
type Found = Prisma.TeacherGetPayload<{ include: typeof include }>;

export function createTeachers(database: Database, owner: Owner = EVERYBODY): Teachers {
  return {
    create: async (teacher, { uploads, weights, keep }) => {
      try {
        return await database.$transaction(async (transaction) => {
          for (const id of uploads) await takeUpload(transaction, id, owner);
          await recordArtifact(transaction, weights);
          const data = { ...toData(teacher, weights.sha256), projectId: owner.projectId };
          const created = await transaction.teacher.create({ data, include });
          await owner.onCreated(transaction, created.id);
          await keep();
          return toRow(created);
        });
      } catch (error) {
        throw isUniqueViolation(error) ? new NameTakenError(teacher.name) : error;
      }
    },
    get: async (reference) => {
      const rows = await database.teacher.findMany({ where: { ...idOrName(reference), ...owner.where }, include });
      const found = referredTo(rows, reference);
      return found && toRow(found);
    },
    list: async (page) =>
      toPage(
        await database.teacher.findMany({ ...pageArguments({ ...page, ...owner.where }), include }),
        page.limit,
        toRow,
      ),
  };
}

function toData(teacher: NewTeacher, weightsSha256: string): Omit<Prisma.TeacherUncheckedCreateInput, 'projectId'> {
  const { layerTable, measuredReturn, observation, architecture, provenance, verification, ...plain } = teacher;
  return {
    ...plain,
    id: newId('teacher'),
    observation: json(observation),
    architecture: json(architecture),
    table: json(layerTable),
    weightsSha256,
    ...(measuredReturn && { measuredReturn: json(measuredReturn) }),
    ...(provenance !== undefined && { provenance }),
    ...(verification && { verification: json(verification) }),
  };
}

function toRow({ table, weights, weightsSha256, ...row }: Found): TeacherRow {
  return { ...row, layerTable: table, weights: { sha256: weightsSha256, bytes: Number(weights.bytes) } };
}
