import { buildNetwork, type LayerRow, loadWeights, type NamedTensor, type Policy } from '@distiller/policies';
import { type Architecture } from '@distiller/policies';
import { forPixels } from './network-input.ts';
import { type ObservationContract } from './spec/index.ts';
import { resolveTable } from './spec/teacher.ts';

/** A teacher as it was registered, with its weights in memory. */
export interface RegisteredTeacher {
  observation: ObservationContract;
  actions: readonly string[];
  architecture: Architecture;
  weights: ReadonlyMap<string, NamedTensor>;
}

/**
 * The policy in the engine: it takes pixels in [0, 1], oldest frame first, whatever its contract feeds it.
 * The caller disposes its weights.
 */
export function loadPolicy(teacher: RegisteredTeacher): Policy & { rows: readonly LayerRow[] } {
  const { observation, actions, architecture, weights } = teacher;
  const { rows } = resolveTable(architecture, observation, actions.length, '/architecture');
  const network = buildNetwork(rows);
  return { rows, network, weights: loadWeights(rows, network, forPixels(rows, weights, observation)) };
}
