import { type NamedTensor } from '../../weights/safetensors.ts';
import { type ExportedFile, type ExportRequest } from '../exported-file.ts';
import { writeStateDict } from './state-dict.ts';
import { torchNames, type TorchNaming } from './torch-names.ts';

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
export function writePytorch(naming: TorchNaming, { rows, weights, metadata }: ExportRequest): ExportedFile {
  const entries = torchNames(naming, rows).map(
    ({ theirs, ours, shape }) => [theirs, ours === undefined ? zeros(shape) : weights.get(ours)!] as const,
  );
  return {
    suffix: SUFFIXES[naming],
    mediaType: 'application/octet-stream',
    bytes: writeStateDict(entries, metadata),
  };
}

const SUFFIXES = { pytorch: '.pth', cleanrl: '.cleanrl.pth', 'stable-baselines3': '.sb3.pth' } as const;

function zeros(shape: number[]): NamedTensor {
  return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}
