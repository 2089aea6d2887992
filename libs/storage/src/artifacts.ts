import { type ArtifactStore } from './artifact-store/artifact-store.ts';
import { type Database } from './database.ts';

export interface Artifacts {
  /**
   * Removes rows and bytes of artifacts that nothing refers to (superseded checkpoints) and that are older than `graceMs`,
   * long enough for whoever has just put the same bytes to write the row that refers to them.
   * @returns how many were removed
   */
  sweep(store: ArtifactStore, graceMs: number): Promise<number>;
}

export function createArtifacts(database: Database): Artifacts {
  return {
    sweep: async (store, graceMs) => {
      const unused = await database.artifact.findMany({
        where: {
          createdAt: { lt: new Date(Date.now() - graceMs) },
          teachers: { none: {} },
          rollouts: { none: {} },
          checkpoints: { none: {} },
          modelFiles: { none: {} },
          labels: { none: {} },
          jobFiles: { none: {} },
          jobs: { none: {} },
        },
        select: { sha256: true },
      });
      let removed = 0;
      for (const { sha256 } of unused) {
        // A foreign key refuses when the artifact has found a user meanwhile: then it stays.
        const gone = await database.artifact.delete({ where: { sha256 } }).catch(() => undefined);
        if (!gone) continue;
        await store.delete(sha256, { untouchedForMs: graceMs });
        removed += 1;
      }
      return removed;
    },
  };
}
