import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { contractHash } from '@distiller/distillation/spec';
import { writeSafetensors } from '@distiller/policies/description';
import { type ArtifactStore, createArtifactStore, createStorage, newId, type Storage } from '@distiller/storage';
import { freshDatabase, type TestDatabase } from './database.ts';
import { ACTIONS, tinyContract, tinySpec, tinyTeacher, tinyWeights, writeTinyRollouts } from './tiny-distillation.ts';

/** A database and an artifact store of one's own, in which the tiny teacher and its rollouts are registered. */
export interface TinyService {
  database: TestDatabase;
  storage: Storage;
  artifacts: ArtifactStore;
  artifactsUrl: string;
  /** Stores a queued job; `overrides` are fields of its spec. */
  createJob(overrides?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function tinyService(): Promise<TinyService> {
  const directory = await mkdtemp(join(tmpdir(), 'tiny-service-'));
  const database = await freshDatabase();
  const storage = createStorage({ databaseUrl: database.url });
  const artifactsUrl = pathToFileURL(join(directory, 'artifacts')).href;
  const artifacts = createArtifactStore(artifactsUrl);
  const ids = await register(directory, storage, artifacts);
  return {
    database,
    storage,
    artifacts,
    artifactsUrl,
    async createJob(overrides = {}) {
      const spec = tinySpec(overrides);
      return (
        await storage.jobs.create({
          kind: spec.kind,
          spec,
          ...ids,
          totalSteps: spec.steps,
          metadata: {},
          layerTable: {},
        })
      ).id;
    },
    async close() {
      await storage.close();
      await database.drop();
      await rm(directory, { recursive: true });
    },
  };
}

async function register(directory: string, storage: Storage, artifacts: ArtifactStore) {
  const [weightsPath, rolloutsPath] = [join(directory, 'weights'), join(directory, 'rollouts.zarr.zip')];
  await writeFile(weightsPath, writeSafetensors({ tensors: tinyWeights(), metadata: {} }));
  await writeTinyRollouts(rolloutsPath);
  const common = {
    name: 'tiny',
    observation: tinyContract,
    contractHash: contractHash(tinyContract),
    actions: ACTIONS,
  };
  const upload = async (path: string) => {
    const id = newId('upload');
    const stored = await artifacts.stage(id, createReadStream(path), { maxBytes: 10_000_000 });
    await storage.uploads.create({ id, ...stored });
    return { id, stored, promote: () => artifacts.promote(id, stored.sha256) };
  };
  const [weights, rollouts] = [await upload(weightsPath), await upload(rolloutsPath)];
  const teacher = await storage.teachers.create(
    { ...common, architecture: tinyTeacher, layerTable: {}, format: 'safetensors', sourceSha256: 'f'.repeat(64) },
    { uploads: [weights.id], weights: weights.stored, keep: weights.promote },
  );
  const recorded = await storage.rollouts.create(
    { ...common, frames: 240, episodes: 6, meanReturn: 0 },
    rollouts.id,
    rollouts.promote,
  );
  return { teacherId: teacher.id, rolloutsId: recorded.id };
}
