import { type Database, isUniqueViolation } from './database.ts';
import { NameTakenError } from './errors.ts';
import { newId } from './identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';

/** A tenant. */
export interface ProjectRow {
  id: string;
  name: string;
  createdAt: Date;
}

export interface Projects {
  /** @throws NameTakenError */
  create(project: { name: string }): Promise<ProjectRow>;
  get(id: string): Promise<ProjectRow | null>;
  list(page: PageRequest): Promise<Page<ProjectRow>>;
}

export function createProjects({ project }: Database): Projects {
  return {
    create: async ({ name }) => {
      try {
        return await project.create({ data: { id: newId('prj'), name } });
      } catch (error) {
        throw isUniqueViolation(error) ? new NameTakenError(name) : error;
      }
    },
    get: (id) => project.findUnique({ where: { id } }),
    list: async (page) => toPage(await project.findMany(pageArguments(page)), page.limit, (row) => row),
  };
}
