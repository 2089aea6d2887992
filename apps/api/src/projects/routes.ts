import { type ProjectRow, type Storage } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';

const tags = ['admin'];

const ProjectInput = z
  .strictObject({ name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, . _ -, at most 64') })
  .meta({ id: 'NewProject' });

const Project = z.object({ id: z.string(), name: z.string(), created_at: z.iso.datetime() }).meta({ id: 'Project' });

export function projectRoutes(app: App, { projects }: Pick<Storage, 'projects'>): void {
  app.post(
    '/v1/projects',
    {
      schema: {
        tags,
        operationId: 'createProject',
        summary: 'Make a project: nothing in it can be seen, counted or guessed from another',
        body: ProjectInput,
        response: { 201: Project, ...problemResponses },
      },
    },
    async ({ body }, reply) => {
      const project = toProject(await projects.create(body));
      return reply.code(201).header('location', `/v1/projects/${project.id}`).send(project);
    },
  );

  app.get(
    '/v1/projects',
    {
      schema: {
        tags,
        operationId: 'listProjects',
        querystring: PageQuery,
        response: { 200: pageOf(Project), ...problemResponses },
      },
    },
    async ({ query }) => toPage(await projects.list(pageRequest(query)), toProject),
  );

  app.get(
    '/v1/projects/:id',
    {
      schema: {
        tags,
        operationId: 'getProject',
        params: z.strictObject({ id: z.string() }),
        response: { 200: Project, ...problemResponses },
      },
    },
    async ({ params: { id } }) => {
      const project = await projects.get(id);
      if (!project) throw new ProblemError('project_not_found', `no project has the id '${id}'`);
      return toProject(project);
    },
  );
}

function toProject({ createdAt, ...row }: ProjectRow): z.infer<typeof Project> {
  return { ...row, created_at: createdAt.toISOString() };
}
