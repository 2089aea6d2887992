import { json, type Transaction } from '../database.ts';
import { moveJob } from '../jobs/move.ts';
import { nameModel } from '../models/name-model.ts';
import { type ReadSweep } from './read-sweep.ts';
import { bestOf } from './rung-moves.ts';
import { type Move } from './sweep-state.ts';

const ENDED = { stopMode: null, stopReason: null, rate: null };

/** Ends a sweep whose children have all ended; where it has succeeded, the best model gets the name that was asked for. */
export async function endSweep(
  transaction: Transaction,
  sweep: ReadSweep,
  move: Extract<Move, { kind: 'end' }>,
): Promise<void> {
  const { id, status: from, stopReason, children, rules, doneSteps: step } = sweep;
  const count = (status: string) => children.filter((child) => child.status === status).length;
  const best = bestOf(children, rules);
  const result = {
    ...(best && { [rules.metric]: best.value }),
    ...{
      children: children.length,
      succeeded: count('succeeded'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    },
  };
  const columns = { ...ENDED, step, result: json(result) };
  if (move.status === 'failed') {
    const error = { code: move.code, message: whyFailed(sweep, count('failed')) };
    const told = { message: `Failed: ${error.message}`, level: 'error', reason: error.code } as const;
    return moveJob(transaction, id, {
      ...{ from, to: 'failed', ...told },
      ...{ data: { result, error }, columns: { ...columns, error: json(error) } },
    });
  }
  if (move.status === 'cancelled') {
    const told = { message: 'Cancelled', reason: stopReason };
    return moveJob(transaction, id, { from, to: 'cancelled', ...told, data: { result }, columns });
  }
  const model = children.find((child) => child.id === best?.id)?.modelId ?? null;
  if (model !== null) await name(transaction, sweep, model);
  const data = { result, ...(model !== null && { model }) };
  return moveJob(transaction, id, { from, to: 'succeeded', message: 'Succeeded', data, columns });
}

function whyFailed({ rules: { failures }, children }: ReadSweep, failed: number): string {
  if (failures !== null && failed > failures) return `${failed} children have failed, and ${failures} may`;
  return `none of ${children.length} children has succeeded`;
}

/** Unless somebody was faster: a model has one name. */
async function name(transaction: Transaction, { projectId, modelName }: ReadSweep, model: string): Promise<void> {
  if (modelName === null) return;
  await transaction.$queryRaw`SELECT id FROM models WHERE id = ${model} FOR UPDATE`;
  const unnamed = await transaction.model.findUnique({ where: { id: model, deletedAt: null, nameId: null } });
  if (unnamed) await nameModel(transaction, { id: model, projectId }, modelName);
}
