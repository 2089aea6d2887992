import { Architecture, readSafetensors, WeightsError } from '@distiller/policies';
import { z } from 'zod';
import { type RegisteredTeacher } from '../load-policy.ts';
import { ObservationContract } from '../spec/index.ts';

const Description = z.object({
  layers: Architecture.shape.layers.unwrap(),
  observation: ObservationContract,
  actions: z.array(z.string()),
});

/** A student out of its own file, as `studentFiles` wrote it. @throws WeightsError where it lacks its description */
export function readStudent(bytes: Uint8Array): RegisteredTeacher {
  const { tensors, metadata } = readSafetensors(bytes);
  const found = Description.safeParse(parseFields(metadata));
  if (!found.success) {
    const reason = z.prettifyError(found.error);
    throw new WeightsError(
      `The file does not say which layers, observations and actions its weights are for: ${reason}`,
    );
  }
  const { layers, observation, actions } = found.data;
  return { observation, actions, architecture: { layers }, weights: tensors };
}

function parseFields(metadata: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(Description.shape).map((name) => [name, parseJson(metadata[name])]));
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
