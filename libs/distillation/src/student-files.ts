import { type LayerRow, logits, type Policy, saveWeights, writeSafetensors } from '@distiller/policies';
import { gatherObservations } from '@distiller/rollouts';
import { type StudentFiles } from './events.ts';
import { forContract } from './network-input.ts';
import { holdObservations, observationTensor, type RecordedObservations } from './observations.ts';
import { contractHash, type ObservationContract } from './spec/index.ts';

export interface StudentDescription {
  rows: readonly LayerRow[];
  observation: ObservationContract;
  actions: readonly string[];
}

/** The student as files: its weights with all that is needed to use them, and what it answers on some frames. */
export async function studentFiles(
  student: Policy,
  description: StudentDescription,
  reference: { observations: RecordedObservations; indices: Int32Array },
): Promise<StudentFiles> {
  return {
    student: await policyFile(student, description),
    reference: await referenceFile(student, description.observation, reference),
  };
}

/** A policy's weights with its layers, contract and actions: all that is needed to use it. */
export async function policyFile(student: Policy, description: StudentDescription): Promise<Uint8Array> {
  const { rows, observation, actions } = description;
  const metadata = {
    format: 'pt',
    layers: JSON.stringify(rows.map(({ spec }) => spec)),
    observation: JSON.stringify(observation),
    contract_hash: contractHash(observation),
    actions: JSON.stringify(actions),
  };
  return writeSafetensors({ tensors: new Map(await weights(student, description)), metadata });
}

const weights = async (student: Policy, { rows, observation }: StudentDescription) =>
  forContract(rows, await saveWeights(rows, student.weights), observation);

async function referenceFile(
  student: Policy,
  { stack_order: order }: ObservationContract,
  { observations, indices }: { observations: RecordedObservations; indices: Int32Array },
): Promise<Uint8Array> {
  const held = await holdObservations(observations, [indices]);
  const { frames, stack } = held.observations;
  const images = gatherObservations(frames, held.lists[0]!, { stack, order });
  const x = observationTensor(held.observations, held.lists[0]!);
  const answer = logits(student, x);
  const data = (await answer.data()) as Float32Array;
  const [count, actions] = answer.shape;
  x.dispose();
  answer.dispose();
  const tensors = new Map([
    ['observations', { dtype: 'U8' as const, shape: [count, frames.height, frames.width, stack], data: images }],
    ['logits', { dtype: 'F32' as const, shape: [count, actions], data }],
  ]);
  return writeSafetensors({ tensors, metadata: {} });
}
