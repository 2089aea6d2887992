import { createHash } from 'node:crypto';
import { type InspectedTeacher, TeacherInput } from '@distiller/distillation/spec';
import {
  type ArtifactStore,
  type NewTeacher,
  type TeacherRow,
  type TeacherSource,
  type UploadRow,
} from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { layerTableJson } from '../layer-table.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { fieldProblem, ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { discardWhenRefused, requireUpload, takingUpload } from '../uploads/taking.ts';
import { inspectApart } from './inspect-apart.ts';
import { Teacher, toTeacher, verificationJson } from './schema.ts';

const tags = ['teachers'];

export function teacherRoutes(app: App): void {
  app.post(
    '/v1/teachers',
    {
      schema: {
        tags,
        operationId: 'createTeacher',
        summary: 'Register a trained policy whose weights were uploaded',
        body: TeacherInput,
        response: { 201: Teacher, ...problemResponses },
      },
      onSend: discardWhenRefused('weights', 'reference'),
    },
    async (request, reply) => {
      const { body } = request;
      const creating = createTeacher(scoped(request), body);
      const teacher = toTeacher(await takingUpload(body.weights.upload, '/weights/upload', creating));
      return reply.code(201).header('location', `/v1/teachers/${teacher.id}`).send(teacher);
    },
  );

  app.get(
    '/v1/teachers',
    {
      schema: {
        tags,
        operationId: 'listTeachers',
        querystring: PageQuery,
        response: { 200: pageOf(Teacher), ...problemResponses },
      },
    },
    async (request) => toPage(await scoped(request).storage.teachers.list(pageRequest(request.query)), toTeacher),
  );

  app.get(
    '/v1/teachers/:id',
    {
      schema: {
        tags,
        operationId: 'getTeacher',
        params: z.strictObject({ id: z.string().describe('id or name') }),
        response: { 200: Teacher, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const teacher = await scoped(request).storage.teachers.get(id);
      if (!teacher) throw new ProblemError('teacher_not_found', `no teacher has the id or name '${id}'`);
      return toTeacher(teacher);
    },
  );
}

/** Looks at everything before anything is stored. */
async function createTeacher(dependencies: Scope, input: TeacherInput): Promise<TeacherRow> {
  const { storage, artifacts } = dependencies;
  if (await storage.teachers.get(input.name)) {
    throw fieldProblem('name_taken', '/name', `there is a teacher named '${input.name}'`);
  }
  const file = await requireUpload(dependencies, input.weights, '/weights');
  const reference = input.reference && (await requireUpload(dependencies, input.reference, '/reference'));
  const inspected = await inspectApart(input, {
    weights: await artifacts.stagedPath(file.id),
    reference: reference && (await artifacts.stagedPath(reference.id)),
  });
  const created = await storage.teachers.create(described(input, inspected), {
    uploads: reference ? [file.id, reference.id] : [file.id],
    ...weightsOf(inspected, file, artifacts),
  });
  // Bytes that were only read.
  if (inspected.weights) await artifacts.discard(file.id);
  if (reference) await artifacts.discard(reference.id);
  return created;
}

function described(input: TeacherInput, inspected: InspectedTeacher): NewTeacher {
  const { name, observation, actions, return: measuredReturn, provenance } = input;
  const { contractHash, architecture, table, sha256, verification } = inspected;
  return {
    ...{ name, observation, contractHash, actions, architecture, measuredReturn, provenance },
    layerTable: layerTableJson(table),
    format: input.weights.format,
    sourceSha256: sha256,
    verification: verificationJson(verification),
  };
}

/** The uploaded bytes where they are what we store ourselves, else those that were made of them. */
function weightsOf(
  { weights }: InspectedTeacher,
  file: UploadRow,
  artifacts: ArtifactStore,
): Pick<TeacherSource, 'weights' | 'keep'> {
  if (!weights) return { weights: file, keep: () => artifacts.promote(file.id, file.sha256) };
  const sha256 = createHash('sha256').update(weights).digest('hex');
  return { weights: { sha256, bytes: weights.byteLength }, keep: async () => void (await artifacts.put(weights)) };
}
