import { FormatError } from '../imported.ts';
import { listTensors, type Module, modulesOf } from '../torch/modules.ts';
import { type StateTensor } from '../torch/state-tensor.ts';

/** The modules of a policy's way from pixels to outputs, and what is beside it. */
export interface PolicyParts {
  kind: 'actor' | 'q' | 'quantile';
  convolutions: Module[];
  /** Dense layers of the features extractor. */
  features: Module[];
  /** Dense layers behind it; the last gives the outputs. */
  dense: Module[];
  remarks: string[];
}

interface Names {
  kind: PolicyParts['kind'];
  /** The module that only this kind has. */
  mark: RegExp;
  extractor: readonly string[];
  dense: RegExp;
  beside: RegExp;
  remark: string;
}

/** Names that Stable-Baselines3 gives, of ActorCriticPolicy, DQNPolicy and sb3-contrib's QRDQNPolicy. */
const NAMES: readonly Names[] = [
  {
    kind: 'actor',
    mark: /^action_net\./,
    extractor: ['pi_features_extractor.', 'features_extractor.'],
    dense: /^(mlp_extractor\.(shared_net|policy_net)\.\d+|action_net)\.(weight|bias)$/,
    beside: /^(features_extractor|vf_features_extractor|mlp_extractor\.value_net|value_net)\./,
    remark: 'an actor and its critic: the critic is left aside',
  },
  {
    kind: 'q',
    mark: /^q_net\.q_net\./,
    extractor: ['q_net.features_extractor.'],
    dense: /^q_net\.q_net\.\d+\.(weight|bias)$/,
    beside: /^q_net_target\./,
    remark: 'a Q-network: its Q-values are read as logits, so the policy is their softmax',
  },
  {
    kind: 'quantile',
    mark: /^quantile_net\.quantile_net\./,
    extractor: ['quantile_net.features_extractor.'],
    dense: /^quantile_net\.quantile_net\.\d+\.(weight|bias)$/,
    beside: /^quantile_net_target\./,
    remark:
      'a quantile network: the mean of an action’s quantiles, taken in the last layer, is read as its logit, so the policy is their softmax',
  },
];

/** @throws FormatError for tensors of other policies, as a recurrent one's */
export function policyParts(tensors: readonly StateTensor[]): PolicyParts {
  const names = NAMES.find(({ mark }) => tensors.some(({ name }) => mark.test(name)));
  if (!names)
    throw new FormatError('policy.pth', `neither action_net, q_net nor quantile_net is among ${listTensors(tensors)}`);
  const prefix = names.extractor.find((start) => tensors.some(({ name }) => name.startsWith(start))) ?? '';
  const extractor = prefix ? tensors.filter(({ name }) => name.startsWith(prefix)) : [];
  const dense = tensors.filter(({ name }) => names.dense.test(name));
  requireNoOthers(tensors, new Set([...extractor, ...dense]), names);
  const [convolutions, features] = extracted(modulesOf(extractor));
  return { kind: names.kind, convolutions, features, dense: modulesOf(dense), remarks: [names.remark] };
}

function requireNoOthers(tensors: readonly StateTensor[], used: Set<StateTensor>, { beside }: Names): void {
  const others = tensors.filter((tensor) => !used.has(tensor) && !beside.test(tensor.name));
  if (!others.length) return;
  throw new FormatError(
    others[0]!.name,
    `tensors that no policy of PPO, A2C, DQN or QR-DQN has: ${listTensors(others)}`,
  );
}

function extracted(modules: Module[]): [Module[], Module[]] {
  const isConvolution = ({ weight }: Module) => weight.shape.length === 4;
  return [modules.filter(isConvolution), modules.filter((module) => !isConvolution(module))];
}
