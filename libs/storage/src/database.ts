import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from './generated/client.ts';

export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const TRANSACTION_TIMEOUT_MS = 30_000;

/** A pool of connections; it connects when first asked something. */
export function openDatabase(databaseUrl: string): Database {
  const pool = { connectionString: databaseUrl, max: CONNECTIONS, connectionTimeoutMillis: CONNECT_TIMEOUT_MS };
  return new PrismaClient({
    adapter: new PrismaPg(pool, {
      // A dropped idle connection is replaced by the pool: nothing to do, and nothing to crash for.
      onPoolError: () => undefined,
    }),
    transactionOptions: { maxWait: CONNECT_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
  });
}

/** Objects go into jsonb columns as they are. */
export function json(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

/** True for Prisma's "unique constraint failed". */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
