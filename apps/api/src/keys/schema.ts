import { type KeyRow, type Limits } from '@distiller/storage';
import { z } from 'zod';
import { visiblePart } from '../access/api-key.ts';
import { Scope } from '../access/scopes.ts';

const Limit = z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

const KeyLimits = z
  .strictObject({
    requests_per_minute: z.int().min(1).max(1_000_000).optional(),
    queued_jobs: Limit.describe('made with the key'),
    running_jobs: Limit.describe('made with the key; at so many, no more are taken'),
    stored_bytes: Limit.describe("of the key's whole project"),
  })
  .meta({ id: 'KeyLimits' });

export const KeyInput = z
  .strictObject({
    name: z.string().min(1).max(100),
    project: z.string().default('prj_default').describe('id of the project that the key is for'),
    scopes: z.array(Scope).min(1).max(Scope.options.length),
    limits: KeyLimits.default({}).describe('what is left out is not limited'),
    expires_at: z.iso.datetime().optional().describe('left out: never'),
  })
  .meta({ id: 'KeyRequest' });
export type KeyInput = z.infer<typeof KeyInput>;

export const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    project: z.string(),
    prefix: z.string().describe('how the key begins; the rest is not kept'),
    scopes: z.array(z.string()),
    limits: KeyLimits,
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable().describe('to the minute'),
    revoked_at: z.iso.datetime().nullable(),
    previous_valid_until: z.iso
      .datetime()
      .nullable()
      .describe('until when the secret before the last rotation is taken'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'ApiKey' });

/** Told once. */
export const NewKey = Key.extend({
  key: z.string().optional().describe('to be sent as `Authorization: Bearer …`; told this once and never again'),
}).meta({ id: 'NewApiKey' });

export function toKey(row: KeyRow): z.infer<typeof Key> {
  return {
    id: row.id,
    name: row.name,
    project: row.projectId,
    prefix: visiblePart(row.shortId),
    scopes: row.scopes,
    limits: limitsJson(row.limits),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    previous_valid_until: row.previousValidUntil?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}

export function toLimits(limits: z.infer<typeof KeyLimits>): Limits {
  return {
    requestsPerMinute: limits.requests_per_minute,
    queuedJobs: limits.queued_jobs,
    runningJobs: limits.running_jobs,
    storedBytes: limits.stored_bytes,
  };
}

function limitsJson({ requestsPerMinute, queuedJobs, runningJobs, storedBytes }: Limits): z.infer<typeof KeyLimits> {
  return {
    requests_per_minute: requestsPerMinute,
    queued_jobs: queuedJobs,
    running_jobs: runningJobs,
    stored_bytes: storedBytes,
  };
}
