import { type Transaction } from '../database.ts';
import { newId } from '../identifiers.ts';

/**
 * Makes a model the next version of a name, which begins to be with its first. Of two at the same moment, one waits for the other:
 * numbers have no gaps and are given once.
 * @returns the version
 */
export async function nameModel(
  transaction: Transaction,
  { id, projectId }: { id: string; projectId: string },
  name: string,
): Promise<number> {
  const { id: nameId, version } = await transaction.modelName.upsert({
    where: { projectId_name: { projectId, name } },
    create: { id: newId('name'), projectId, name, version: 1 },
    update: { version: { increment: 1 } },
  });
  await transaction.model.update({ where: { id }, data: { nameId, version } });
  return version;
}
