import { type LayerRow, type NamedTensor } from '@distiller/policies/description';
import { type ObservationContract } from './spec/observation-contract.ts';

/** What of a contract concerns the network's input alone, and no pixel of the rollouts. */
type InputContract = Pick<ObservationContract, 'scale' | 'stack_order' | 'stack'>;
type Weights = ReadonlyMap<string, NamedTensor>;

/**
 * On disk a policy's weights are for the input that its contract states: bytes or pixels in [0, 1], newest or oldest frame
 * first. In the engine every input is pixels in [0, 1], oldest first, so that Jacobians of all policies are of the same
 * thing and one batch serves all. The difference goes into the first layer when weights are loaded (W·x = (255·W)·(x/255))
 * and out of it when they are saved: a student is fed as its teacher was.
 * @throws RangeError where the contract needs it and no convolution or dense layer comes first
 */
export function forPixels(rows: readonly LayerRow[], weights: Weights, contract: InputContract): Weights {
  return changeFirst(rows, weights, { factor: contract.scale === '1' ? 255 : 1, contract });
}

/** The inverse of `forPixels`. */
export function forContract(rows: readonly LayerRow[], weights: Weights, contract: InputContract): Weights {
  return changeFirst(rows, weights, { factor: contract.scale === '1' ? 1 / 255 : 1, contract });
}

interface Change {
  factor: number;
  contract: InputContract;
}

function changeFirst(rows: readonly LayerRow[], weights: Weights, { factor, contract }: Change): Weights {
  const reversed = contract.stack_order === 'newest_first';
  if (factor === 1 && !reversed) return weights;
  const name = `${firstLayer(rows).name}.weight`;
  const tensor = weights.get(name);
  // What is missing or of another shape is told by who checks the weights.
  if (!tensor) return weights;
  const ordered = reversed ? reverseChannels(tensor, contract.stack) : tensor.data;
  const data = Float32Array.from(ordered, (value) => value * factor);
  return new Map([...weights, [name, { ...tensor, dtype: 'F32' as const, data }]]);
}

/** Before it there may be only what neither a factor nor another order of the channels disturbs. */
function firstLayer(rows: readonly LayerRow[]): LayerRow {
  const first = rows.find(({ spec }) => !['flatten', 'max-pool', 'average-pool', 'relu'].includes(spec.kind));
  if (first?.spec.kind === 'conv' || first?.spec.kind === 'dense') return first;
  throw new RangeError(`a network with ${first?.name ?? 'nothing'} first must be fed pixels in [0, 1], oldest first`);
}

/** Of weights [units, channels, …] or [units, channels · …] in PyTorch's layout, where a channel is a frame. */
function reverseChannels({ shape, data }: NamedTensor, channels: number): Float32Array {
  const perUnit = data.length / shape[0]!;
  const perChannel = perUnit / channels;
  return Float32Array.from(data, (_, index) => {
    const unit = Math.floor(index / perUnit);
    const channel = Math.floor((index % perUnit) / perChannel);
    return data[unit * perUnit + (channels - 1 - channel) * perChannel + (index % perChannel)]!;
  });
}
