import { buildLayers, type StoredLayer } from './build-layers.ts';
import { type Activation } from './loops.ts';
import { readSafetensors } from './safetensors.ts';

/** A student that runs where it is loaded, without any tensor engine: plain loops, for checks and small batches. */
export interface LoadedPolicy {
  /** The observation contract under which the policy was trained. */
  observation: Record<string, unknown>;
  contractHash: string;
  /** Meaning of each logit. */
  actions: string[];
  /** Logits [batch, actions] of observations [batch, height, width, stack], 0–255, in the contract's order of frames. */
  logits(observations: Uint8Array, batch: number): Float32Array;
}

/**
 * Loads a student that was downloaded from the service (safetensors).
 * @throws TypeError when the file is not such a student
 */
export function loadPolicy(bytes: Uint8Array): LoadedPolicy {
  const { tensors, metadata } = readSafetensors(bytes);
  const { layers, observation, actions, contract_hash: contractHash } = metadata;
  if (!layers || !observation || !actions || !contractHash)
    throw new TypeError('the file carries no layers and no observation contract');
  const contract = JSON.parse(observation) as { height: number; width: number; stack: number; scale?: string };
  // What the layers see: the bytes themselves, or pixels in [0, 1].
  const divisor = contract.scale === '1' ? 1 : 255;
  const apply = buildLayers(JSON.parse(layers) as StoredLayer[], tensors);
  const size = contract.height * contract.width * contract.stack;
  const one = (pixels: Uint8Array) => {
    const values = Float64Array.from(pixels, (pixel) => pixel / divisor);
    const image = { values, height: contract.height, width: contract.width, channels: contract.stack };
    return apply.reduce<Activation>((activation, layer) => layer(activation), image).values;
  };
  return {
    observation: contract,
    contractHash,
    actions: JSON.parse(actions) as string[],
    logits: (observations, batch) =>
      Float32Array.from(
        Array.from({ length: batch }, (_, i) => [...one(observations.subarray(i * size, (i + 1) * size))]).flat(),
      ),
  };
}
