import { type ApiKey, type Prisma } from './generated/client.ts';
import { type Database, json } from './database.ts';
import { newId } from './identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { createRecent } from './recent.ts';

/** What a key may use; undefined: as much as it likes. */
export interface Limits {
  requestsPerMinute?: number | undefined;
  /** Jobs made with the key that wait, and that are at work. */
  queuedJobs?: number | undefined;
  runningJobs?: number | undefined;
  /** Of the key's whole project. */
  storedBytes?: number | undefined;
}

/** The secret itself is nowhere: only its sha256. */
export interface NewKey {
  projectId: string;
  name: string;
  shortId: string;
  secretSha256: string;
  scopes: string[];
  limits: Limits;
  expiresAt?: Date | undefined;
}

export interface KeyRow {
  id: string;
  projectId: string;
  name: string;
  shortId: string;
  secretSha256: string;
  previousSha256: string | null;
  previousValidUntil: Date | null;
  scopes: string[];
  limits: Limits;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
}

export interface Keys {
  create(key: NewKey): Promise<KeyRow>;
  get(id: string): Promise<KeyRow | null>;
  findByShortId(shortId: string): Promise<KeyRow | null>;
  /** At most a second old, since each request asks; what this process does to a key is seen at once. */
  recentByShortId(shortId: string): Promise<KeyRow | null>;
  list(page: PageRequest): Promise<Page<KeyRow>>;
  /** Takes a new secret; the one before is still taken until then. Null: no such key, or one that was revoked. */
  rotate(id: string, secretSha256: string, previousValidUntil: Date): Promise<KeyRow | null>;
  /** From now on the key is refused; once revoked, it stays so. */
  revoke(id: string): Promise<KeyRow | null>;
  /** Remembers that it was used now. */
  touch(id: string): Promise<void>;
}

export function createKeys({ apiKey }: Database): Keys {
  const get = async (where: Prisma.ApiKeyWhereUniqueInput) => {
    const found = await apiKey.findUnique({ where });
    return found && toRow(found);
  };
  const { find, forget } = createRecent<KeyRow>();
  return {
    create: async ({ limits, expiresAt, ...key }) =>
      toRow(
        await apiKey.create({
          data: { ...key, id: newId('key'), limits: json(limits), ...(expiresAt && { expiresAt }) },
        }),
      ),
    get: (id) => get({ id }),
    findByShortId: (shortId) => get({ shortId }),
    recentByShortId: (shortId) => find(shortId, () => get({ shortId })),
    list: async (page) => toPage(await apiKey.findMany(pageArguments(page)), page.limit, toRow),
    rotate: async (id, secretSha256, previousValidUntil) => {
      const before = await apiKey.findUnique({ where: { id, revokedAt: null } });
      if (!before) return null;
      // Of two rotations at once one finds another secret than it has read, and fails.
      const { count } = await apiKey.updateMany({
        where: { id, revokedAt: null, secretSha256: before.secretSha256 },
        data: { secretSha256, previousSha256: before.secretSha256, previousValidUntil },
      });
      forget();
      return count === 0 ? null : get({ id });
    },
    revoke: async (id) => {
      await apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
      forget();
      return get({ id });
    },
    touch: async (id) => {
      await apiKey.updateMany({ where: { id }, data: { lastUsedAt: new Date() } });
      forget();
    },
  };
}

function toRow({ limits, ...row }: ApiKey): KeyRow {
  return { ...row, limits: limits as Limits };
}
