import { type LayerRow } from '../../description/layer-table.ts';
import { expectedWeights } from '../../weights/expected-weights.ts';
import { agentChain } from './agent-chain.ts';

/** Whose names the weights have: our own, or those of an agent that they then load into. */
export type TorchNaming = 'pytorch' | 'cleanrl' | 'stable-baselines3';

/** An entry of a state dict: one of our weights, or zeros where `ours` is undefined. */
export interface TorchName {
  theirs: string;
  ours: string | undefined;
  shape: number[];
}

/**
 * The entries of a state dict that has this naming, in its order.
 * @throws ExportError when the layers are not those of such an agent
 */
export function torchNames(naming: TorchNaming, rows: readonly LayerRow[]): TorchName[] {
  switch (naming) {
    case 'pytorch':
      return expectedWeights(rows).map(({ name, shape }) => ({ theirs: name, ours: name, shape }));
    case 'cleanrl':
      return cleanrl(rows);
    case 'stable-baselines3':
      return stableBaselines3(rows);
  }
}

/** Layers of a Sequential are counted from 0, and ours are one module each. */
function cleanrl(rows: readonly LayerRow[]): TorchName[] {
  const { logits } = agentChain('cleanrl', rows);
  const network = rows.slice(0, -1).flatMap((row, index) => named(row, `network.${index}`));
  return [...network, ...named(logits, 'actor'), ...noValue(logits, 'critic')];
}

function stableBaselines3(rows: readonly LayerRow[]): TorchName[] {
  const { convolutions, hidden, logits } = agentChain('stable-baselines3', rows);
  const features = ['features_extractor', 'pi_features_extractor', 'vf_features_extractor'].flatMap((extractor) => [
    ...convolutions.flatMap((row, index) => named(row, `${extractor}.cnn.${index}`)),
    ...hidden.flatMap((row, index) => named(row, `${extractor}.linear.${index}`)),
  ]);
  return [...features, ...named(logits, 'action_net'), ...noValue(logits, 'value_net')];
}

/** The layer's weights under another name; nothing where it has none. */
function named(row: LayerRow, theirs: string): TorchName[] {
  return expectedWeights([row]).map(({ name, shape }) => ({
    theirs: `${theirs}${name.slice(row.name.length)}`,
    ours: name,
    shape,
  }));
}

function noValue({ inputShape }: LayerRow, head: string): TorchName[] {
  return [
    { theirs: `${head}.weight`, ours: undefined, shape: [1, inputShape[0]!] },
    { theirs: `${head}.bias`, ours: undefined, shape: [1] },
  ];
}
