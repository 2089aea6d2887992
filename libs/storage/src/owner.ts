import { type Transaction } from './database.ts';
import { type IdempotencyHold } from './idempotency.ts';

/** The project of what is made without a key, and of what there was before there were projects. */
export const DEFAULT_PROJECT = 'prj_default';

/** Called in the transaction that makes a row, so that what hangs on the row is written with it or not at all. */
export interface OnCreated {
  (transaction: Transaction, id: string): Promise<void>;
  /** What it comes to where that can be said beforehand: the key that it binds, if any. A statement can do it in its place. */
  readonly binds?: { readonly hold: IdempotencyHold | undefined };
}

/** Whose rows a repository finds and writes. */
export interface Owner {
  /** What every row it finds fulfils. */
  where: { projectId?: string };
  /** Of the rows that it makes. */
  projectId: string;
  /** Who makes them; null: nobody with a key. */
  keyId: string | null;
  onCreated: OnCreated;
}

/** The job that makes a row, and whose it is: what a job makes is its project's. */
export interface Maker {
  jobId: string;
  projectId: string;
}

/** Finds the rows of every project: for workers and sweeps, which no request reaches. */
export const EVERYBODY: Owner = {
  where: {},
  projectId: DEFAULT_PROJECT,
  keyId: null,
  onCreated: () => Promise.resolve(),
};

export function ownedBy(projectId: string, by: Partial<Pick<Owner, 'keyId' | 'onCreated'>> = {}): Owner {
  return { ...EVERYBODY, where: { projectId }, projectId, ...by };
}
