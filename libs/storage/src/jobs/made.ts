import { type Transaction } from '../database.ts';
import { insertJobFiles, type NewJobFile } from '../job-files.ts';
import { insertLabels, type NewLabels } from '../labels.ts';
import { insertModel, type NewModel } from '../models/models.ts';
import { type Maker } from '../owner.ts';
import { insertRollouts, type MadeRollouts } from '../rollouts.ts';

/** What a job has made. The bytes of it are in the artifact store already. */
export interface Made {
  model?: NewModel | undefined;
  rollouts?: MadeRollouts | undefined;
  labels?: NewLabels | undefined;
  /** To be looked at: reports, pictures, a video. */
  files?: NewJobFile[] | undefined;
}

/** @returns ids of what was inserted, by its kind */
export async function insertMade(
  transaction: Transaction,
  maker: Maker,
  { model, rollouts, labels, files = [] }: Made,
): Promise<Partial<Record<'model' | 'rollouts' | 'labels', string>>> {
  await insertJobFiles(transaction, maker.jobId, files);
  return {
    ...(model && { model: await insertModel(transaction, maker, model) }),
    ...(rollouts && { rollouts: await insertRollouts(transaction, maker, rollouts) }),
    ...(labels && { labels: await insertLabels(transaction, maker, labels) }),
  };
}
