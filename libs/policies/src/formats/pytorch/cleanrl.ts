import { type LayerSpec } from '../../description/layer-spec.ts';
import { type ImportRequest } from '../imported.ts';
import { readModules, type ReadTensors } from '../torch/described.ts';
import { modulesOf } from '../torch/modules.ts';
import { areNatureConvolutions, denseLayers, NATURE_REMARK, natureConvolutions } from '../torch/nature-layers.ts';
import { type StateTensor } from '../torch/state-tensor.ts';

/** Modules of the policy in CleanRL's ppo_atari*.py (with `critic` beside them) and dqn_atari*.py. */
const AGENTS = {
  PPO: ['network.0', 'network.2', 'network.4', 'network.7', 'actor'],
  DQN: ['network.0', 'network.2', 'network.4', 'network.7', 'network.9'],
} as const;
const RELU: LayerSpec = { kind: 'relu' };

/** The policy of a CleanRL agent; undefined where the names or the kernels are of something else. */
export async function readCleanrl(
  tensors: readonly StateTensor[],
  request: ImportRequest,
): Promise<ReadTensors | undefined> {
  const agent = agentOf(tensors);
  if (!agent) return undefined;
  const modules = modulesOf(tensors.filter(({ name }) => !name.startsWith('critic.')));
  const convs = modules.slice(0, 3);
  if (!areNatureConvolutions(convs)) return undefined;
  const layers = [...natureConvolutions(convs), ...denseLayers(modules.slice(3), RELU)];
  return { layers, weights: await readModules(layers, modules, request), remarks: remarks(agent) };
}

/** The names, in the file's order, are exactly those of one of the agents. */
function agentOf(tensors: readonly StateTensor[]): keyof typeof AGENTS | undefined {
  const names = tensors.map(({ name }) => name).filter((name) => !name.startsWith('critic.'));
  const isAgent = (agent: keyof typeof AGENTS) =>
    names.join() === AGENTS[agent].flatMap((module) => [`${module}.weight`, `${module}.bias`]).join();
  return (['PPO', 'DQN'] as const).find(isAgent);
}

function remarks(agent: keyof typeof AGENTS): string[] {
  const what = {
    PPO: 'an agent of CleanRL’s ppo_atari: its critic is left aside',
    DQN: 'a Q-network of CleanRL’s dqn_atari: its Q-values are read as logits, so the policy is their softmax',
  };
  return [what[agent], NATURE_REMARK];
}
