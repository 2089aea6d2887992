import { type ModelRow, type ProjectStorage } from '@distiller/storage';
import { z } from 'zod';
import { ProblemError } from '../problems/problem.ts';

export const ModelParams = z.strictObject({
  id: z.string().describe('id, or name@version, name@alias, name@best, name@latest'),
});

/** @throws ProblemError model_not_found */
export async function requireModel({ models }: Pick<ProjectStorage, 'models'>, reference: string): Promise<ModelRow> {
  const model = await models.get(reference);
  if (model) return model;
  throw new ProblemError('model_not_found', `no model has the id or name '${reference}'`);
}
