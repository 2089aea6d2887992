import { expectedWeights } from '../../weights/expected-weights.ts';
import { type NamedTensor } from '../../weights/safetensors.ts';
import { type ExportedFile, type ExportRequest } from '../exported-file.ts';
import { agentChain } from './agent-chain.ts';
import { type StateDict, writeStateDict } from './state-dict.ts';

/** Whose names the weights have: our own, or those of an agent that they then load into. */
export type TorchNaming = 'pytorch' | 'cleanrl' | 'stable-baselines3';

/**
 * A `.pth` that `torch.load(file, weights_only=True)` reads as a state dict.
 *
 * | naming | loads, strictly, into | names |
 * |---|---|---|
 * | pytorch | a module with our layers' names | conv1.weight, dense.bias, residual1.conv2.weight, logits.weight … |
 * | cleanrl | the `Agent` of CleanRL's ppo_atari.py, with these layers in its `network` | network.0.weight …, actor.weight, critic.weight (zeros) |
 * | stable-baselines3 | `model.policy` of a PPO or A2C('CnnPolicy'), with a features extractor of these layers | features_extractor.cnn.0.weight … (and the same tensors as pi_ and vf_features_extractor), action_net.weight, value_net.weight (zeros) |
 *
 * A student has no value head: the agents' is zeros, so that they load strictly and a look at it tells that it is none.
 * @throws ExportError when the layers are not those of such an agent
 */
export function writePytorch(naming: TorchNaming, request: ExportRequest): ExportedFile {
  return {
    suffix: SUFFIXES[naming],
    mediaType: 'application/octet-stream',
    bytes: writeStateDict(named(naming, request), request.metadata),
  };
}

const SUFFIXES = { pytorch: '.pth', cleanrl: '.cleanrl.pth', 'stable-baselines3': '.sb3.pth' } as const;

function named(naming: TorchNaming, { rows, weights }: ExportRequest): StateDict {
  switch (naming) {
    case 'pytorch':
      return expectedWeights(rows).map(({ name }) => [name, weights.get(name)!]);
    case 'cleanrl':
      return cleanrl(rows, weights);
    case 'stable-baselines3':
      return stableBaselines3(rows, weights);
  }
}

type Rows = ExportRequest['rows'];
type Weights = ExportRequest['weights'];

/** Layers of a Sequential are counted from 0, and ours are one module each. */
function cleanrl(rows: Rows, weights: Weights): StateDict {
  const { logits } = agentChain('cleanrl', rows);
  const network = rows.slice(0, -1).flatMap(({ name }, index) => layer(weights, name, `network.${index}`));
  return [...network, ...layer(weights, logits.name, 'actor'), ...noValue(logits.inputShape[0]!, 'critic')];
}

function stableBaselines3(rows: Rows, weights: Weights): StateDict {
  const { convolutions, hidden, logits } = agentChain('stable-baselines3', rows);
  const features = ['features_extractor', 'pi_features_extractor', 'vf_features_extractor'].flatMap((extractor) => [
    ...convolutions.flatMap(({ name }, index) => layer(weights, name, `${extractor}.cnn.${index}`)),
    ...hidden.flatMap(({ name }, index) => layer(weights, name, `${extractor}.linear.${index}`)),
  ]);
  return [...features, ...layer(weights, logits.name, 'action_net'), ...noValue(logits.inputShape[0]!, 'value_net')];
}

/** The layer's weight and bias under another name; nothing where it has none. */
function layer(weights: Weights, ours: string, theirs: string): StateDict {
  return ['weight', 'bias'].flatMap((part) => {
    const tensor = weights.get(`${ours}.${part}`);
    return tensor ? [[`${theirs}.${part}`, tensor] as const] : [];
  });
}

function noValue(inputs: number, head: string): StateDict {
  const zeros = (shape: number[]): NamedTensor => ({ dtype: 'F32', shape, data: new Float32Array(shape.at(-1)!) });
  return [
    [`${head}.weight`, zeros([1, inputs])],
    [`${head}.bias`, zeros([1])],
  ];
}
