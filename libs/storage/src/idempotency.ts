import { type Database, type Transaction } from './database.ts';
import { IdempotencyLostError } from './errors.ts';
import { Prisma } from './generated/client.ts';

/** Whose key it is: another caller's, or another project's, is another key. */
interface IdempotencyPlace {
  projectId: string;
  /** The API key's id, or a word for callers without one. */
  caller: string;
  key: string;
}

/** A request that holds its key: what it makes is bound to the key in the transaction that makes it. */
export interface IdempotencyHold extends IdempotencyPlace {
  /** Id of the request. */
  holder: string;
}

/** How an earlier request with the key was answered. */
interface EarlierAnswer {
  status: number | null;
  location: string | null;
  body: string | null;
  /** What the earlier request made, known even when it died before it could answer. */
  resourceId: string | null;
}

export type Begun =
  { kind: 'new' } | { kind: 'in_flight' } | { kind: 'mismatch' } | ({ kind: 'answered' } & EarlierAnswer);

export interface Idempotency {
  /**
   * Takes the key for this request. One whose holder made nothing and was not heard of until `heldUntil` is taken over:
   * should that holder live after all, what it makes is refused (`bindResource`).
   */
  begin(hold: IdempotencyHold, options: { fingerprint: string; holdMs: number }): Promise<Begun>;
  /** Keeps the answer. */
  answer(
    hold: IdempotencyHold,
    answer: { status: number; location: string | null; body: string | null },
  ): Promise<void>;
  /** Gives the key back: nothing was made, and the next request with it begins anew. */
  release(hold: IdempotencyHold): Promise<void>;
  /** Forgets what is older. */
  forget(before: Date): Promise<void>;
}

export function createIdempotency(database: Database): Idempotency {
  const { idempotencyKey: table } = database;
  return {
    begin: async (hold, options) => {
      const isHeld = await take(database, hold, options);
      if (isHeld) return { kind: 'new' };
      const { projectId, caller, key } = hold;
      const found = await table.findUnique({ where: { projectId_caller_key: { projectId, caller, key } } });
      // Given back a moment ago: the client will ask again.
      if (!found) return { kind: 'in_flight' };
      if (found.fingerprint !== options.fingerprint) return { kind: 'mismatch' };
      if (found.status === null && found.resourceId === null) return { kind: 'in_flight' };
      const { status, location, body, resourceId } = found;
      return { kind: 'answered', status, location, body, resourceId };
    },
    answer: async (hold, { status, location, body }) => {
      await database.query(Prisma.sql`
        UPDATE idempotency_keys SET status = ${status}, location = ${location}, body = ${body} WHERE ${isHeldBy(hold)}`);
    },
    release: async (hold) => {
      await table.deleteMany({ where: { ...hold, resourceId: null, status: null } });
    },
    forget: async (before) => {
      await table.deleteMany({ where: { createdAt: { lt: before } } });
    },
  };
}

/** One statement, so that of any number of requests at once one gets it. */
async function take(
  database: Database,
  { projectId, caller, key, holder }: IdempotencyHold,
  { fingerprint, holdMs }: { fingerprint: string; holdMs: number },
): Promise<boolean> {
  const taken = await database.query(Prisma.sql`
    INSERT INTO idempotency_keys AS held (project_id, caller, key, fingerprint, holder, held_until)
    VALUES (${projectId}, ${caller}, ${key}, ${fingerprint}, ${holder}, now() + ${holdMs} * interval '1 millisecond')
    ON CONFLICT (project_id, caller, key) DO UPDATE SET holder = EXCLUDED.holder, held_until = EXCLUDED.held_until
    WHERE held.status IS NULL AND held.resource_id IS NULL AND held.held_until < now()
      AND held.fingerprint = EXCLUDED.fingerprint
    RETURNING holder`);
  return taken.length > 0;
}

/**
 * Binds what is made to the key, in the transaction that makes it.
 * @throws IdempotencyLostError when another request has taken the key over: nothing must be made then
 */
export async function bindResource(transaction: Transaction, hold: IdempotencyHold, resourceId: string): Promise<void> {
  const bound = await transaction.$executeRaw(bindingOf(hold, resourceId));
  if (bound === 0) throw new IdempotencyLostError();
}

/** The same as part of a statement that makes the resource; conditions may follow. It updates nothing where the key was lost. */
export function bindingOf(hold: IdempotencyHold, resourceId: string): Prisma.Sql {
  return Prisma.sql`
    UPDATE idempotency_keys SET resource_id = ${resourceId} WHERE ${isHeldBy(hold)} AND resource_id IS NULL`;
}

function isHeldBy({ projectId, caller, key, holder }: IdempotencyHold): Prisma.Sql {
  return Prisma.sql`project_id = ${projectId} AND caller = ${caller} AND key = ${key} AND holder = ${holder}`;
}
