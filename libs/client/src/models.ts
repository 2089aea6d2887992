import { type Client as FetchClient } from 'openapi-fetch';
import { answer, at, done } from './answer.ts';
import { modelUrl } from './files.ts';
import { type paths } from './generated/openapi.ts';
import { type Model, type ModelFileName, type PageOptions } from './schemas.ts';
import { type Service } from './service.ts';

/** name@version; null where it has no name. */
export const calledModel = ({ name, version }: Model): string | null => (name === null ? null : `${name}@${version}`);

/** Students that jobs have made. A model is told by its id, or by name@version, name@alias, name@best or name@latest. */
export function modelCalls(api: FetchClient<paths>, service: Service) {
  const aliased = (id: string, alias: string) => ({ params: { path: { id, alias } } });
  return {
    get: (id: string) => answer(api.GET('/v1/models/{id}', at(id))),
    /** @param query.name only the versions of it */
    list: (query: PageOptions & { name?: string } = {}) => answer(api.GET('/v1/models', { params: { query } })),
    /** Makes it the next version of a name. */
    name: (id: string, name: string) => answer(api.POST('/v1/models/{id}/name', { ...at(id), body: { name } })),
    /** From now on name@alias means this version. */
    alias: (id: string, alias: string) => answer(api.PUT('/v1/models/{id}/aliases/{alias}', aliased(id, alias))),
    removeAlias: (id: string, alias: string): Promise<void> =>
      done(api.DELETE('/v1/models/{id}/aliases/{alias}', aliased(id, alias))),
    /** All that it was made of, as a graph. */
    lineage: (id: string) => answer(api.GET('/v1/models/{id}/lineage', at(id))),
    /** A model of the student as a checkpoint has it. */
    fromCheckpoint: (jobId: string, step: number) =>
      answer(api.POST('/v1/jobs/{id}/checkpoints/{step}/model', { params: { path: { id: jobId, step } } })),
    /** Its files go; lineage still tells of it. */
    delete: (id: string): Promise<void> => done(api.DELETE('/v1/models/{id}', at(id))),
    /** Where a browser finds the model's file. */
    url: (id: string, file?: ModelFileName): string => modelUrl(service, id, file),
  };
}
