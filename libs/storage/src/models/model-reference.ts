import { type Database } from '../database.ts';
import { EVERYBODY, type Owner } from '../owner.ts';

/** Aliases that nobody gives: they follow from the versions that there are. */
export const COMPUTED_ALIASES = ['best', 'latest'] as const;

/**
 * The id of the model that a reference means: an id, `name` or `name@latest` (the newest version), `name@3`, `name@best`
 * (the version with the lowest held-out `kl`; the older of two alike), `name@alias`.
 * @returns undefined: there is none
 */
export async function resolveModel(
  database: Database,
  reference: string,
  { where }: Pick<Owner, 'where'> = EVERYBODY,
): Promise<string | undefined> {
  const live = { deletedAt: null, ...where };
  const byId = await database.model.findFirst({ where: { id: reference, ...live }, select: { id: true } });
  if (byId) return byId.id;
  const [name = '', which = 'latest'] = reference.split('@');
  const found = await database.modelName.findFirst({ where: { name, ...where }, select: { id: true } });
  if (!found) return undefined;
  const ofName = { nameId: found.id, ...live };
  if (/^\d{1,9}$/.test(which)) return first(database, { ...ofName, version: Number(which) });
  if (which === 'latest') return first(database, ofName);
  if (which === 'best') return bestOf(database, found.id);
  const alias = await database.modelAlias.findUnique({ where: { nameId_alias: { nameId: found.id, alias: which } } });
  return alias?.modelId;
}

async function first(database: Database, where: object): Promise<string | undefined> {
  return (await database.model.findFirst({ where, orderBy: { version: 'desc' }, select: { id: true } }))?.id;
}

async function bestOf(database: Database, nameId: string): Promise<string | undefined> {
  const [best] = await database.$queryRaw<{ id: string }[]>`
    SELECT id FROM models
    WHERE name_id = ${nameId} AND deleted_at IS NULL AND jsonb_typeof(metrics->'kl') = 'number'
    ORDER BY (metrics->>'kl')::float8, version LIMIT 1`;
  return best?.id;
}
