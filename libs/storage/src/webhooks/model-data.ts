import { type Transaction } from '../database.ts';
import { tellWebhooks } from './outbox.ts';

/** Leaves word of a model that was made and, if it has a name, named. */
export function tellOfModel(
  transaction: Transaction,
  { id, projectId }: { id: string; projectId: string },
): Promise<void> {
  return tellWebhooks(transaction, { projectId, type: 'model.created', data: () => modelData(transaction, id) });
}

/** The model in short: fields that have the names of the API's. Its layers and files are read there. */
async function modelData(transaction: Transaction, id: string): Promise<object> {
  const { nameId, ...model } = await transaction.model.findUniqueOrThrow({
    where: { id },
    select: {
      ...{ jobId: true, checkpointStep: true, nameId: true, version: true },
      ...{ contractHash: true, metrics: true, createdAt: true },
    },
  });
  const name = nameId === null ? null : await transaction.modelName.findUniqueOrThrow({ where: { id: nameId } });
  return {
    id,
    job: model.jobId,
    checkpoint_step: model.checkpointStep,
    name: name?.name ?? null,
    version: model.version,
    contract_hash: model.contractHash,
    metrics: model.metrics,
    created_at: model.createdAt,
  };
}
