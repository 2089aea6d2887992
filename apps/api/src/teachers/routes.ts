import { inspectTeacher, TeacherInput } from '@distiller/distillation/spec';
import { type TeacherRow } from '@distiller/storage';
import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { layerTableJson } from '../layer-table.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { fieldProblem, ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { discardWhenRefused, requireUpload, takingUpload } from '../uploads/taking.ts';
import { Teacher, toTeacher } from './schema.ts';

const tags = ['teachers'];

export function teacherRoutes(app: App, dependencies: Dependencies): void {
  const { storage } = dependencies;

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
      onSend: discardWhenRefused(dependencies, 'weights'),
    },
    async ({ body }, reply) => {
      const creating = createTeacher(dependencies, body);
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
    async ({ query }) => toPage(await storage.teachers.list(pageRequest(query)), toTeacher),
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
    async ({ params: { id } }) => {
      const teacher = await storage.teachers.get(id);
      if (!teacher) throw new ProblemError('teacher_not_found', `no teacher has the id or name '${id}'`);
      return toTeacher(teacher);
    },
  );
}

/** Looks at everything before anything is stored. */
async function createTeacher(dependencies: Dependencies, input: TeacherInput): Promise<TeacherRow> {
  const { storage, artifacts } = dependencies;
  if (await storage.teachers.get(input.name)) {
    throw fieldProblem('name_taken', '/name', `there is a teacher named '${input.name}'`);
  }
  const upload = await requireUpload(dependencies, input.weights.upload, '/weights/upload');
  const { contractHash, table } = await inspectTeacher(input, artifacts.stagedPath(upload.id));
  const { name, observation, actions, architecture, return: measuredReturn, provenance } = input;
  const source = { format: 'safetensors', sourceSha256: upload.sha256 };
  const described = { name, observation, actions, architecture, measuredReturn, provenance, ...source };
  const teacher = { ...described, contractHash, layerTable: layerTableJson(table) };
  return storage.teachers.create(teacher, upload.id, () => artifacts.promote(upload.id, upload.sha256));
}
