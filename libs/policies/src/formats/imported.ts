import { type Architecture } from '../description/architecture.ts';
import { type LayerSpec } from '../description/layer-spec.ts';
import { type NamedTensor } from '../weights/safetensors.ts';

/** A policy's file and what is known of it. */
export interface ImportRequest {
  bytes: Uint8Array;
  /** Where the file holds weights only, or says less than all. */
  architecture?: Architecture;
  /** [height, width, stack] of one observation. */
  input: [number, number, number];
  actions: number;
  /** A Q-network becomes a policy by π = softmax(Q / temperature); 1 unless said otherwise. */
  temperature?: number;
}

/** What a file says of the policy in it. */
export interface ImportedPolicy {
  /** Layers over [height, width, channels], in order; where the file has weights only, those that were described. */
  layers: LayerSpec[];
  /**
   * F32, by the names of `layerNames`, as they stand in a safetensors file of ours: conv [out, in, height, width], dense
   * [out, in], the inputs of the first dense layer in (channel, row, column) order. What checkWeights and loadWeights take.
   */
  weights: Map<string, NamedTensor>;
  /** What the network does itself to uint8 pixels (it is not among the layers); null where the file does not say. */
  inputScale: '1/255' | null;
  /** Outputs that the file carries, before the temperature. */
  reference?: { observations: NamedTensor; logits: NamedTensor };
  /** For people: tensors that were ignored, what was inferred and how Q-values became a policy. */
  remarks: string[];
}

/** A file that is not what it claims to be, or holds what cannot be read; `where` is its entry, tensor or operator. */
export class FormatError extends Error {
  readonly where: string;

  constructor(where: string, message: string) {
    super(message);
    this.name = 'FormatError';
    this.where = where;
  }
}
