import { expect, test } from 'vitest';
import { layerTable, presetLayers } from '../../description/index.ts';
import { torchNames, type TorchNaming } from './torch-names.ts';

const { rows } = layerTable(presetLayers('nature', 4), [84, 84, 4], 4);
const names = (naming: TorchNaming) => torchNames(naming, rows).map(({ theirs }) => theirs);
const both = (...layers: string[]) => layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);

test("CleanRL's names of the Nature CNN are those of ppo_atari.py's Agent", () => {
  const network = both('network.0', 'network.2', 'network.4', 'network.7');
  expect(names('cleanrl')).toEqual([...network, ...both('actor', 'critic')]);
});

test("Stable-Baselines3's names are those of an ActorCriticCnnPolicy that shares its NatureCNN", () => {
  const features = ['features_extractor', 'pi_features_extractor', 'vf_features_extractor'].flatMap((extractor) =>
    both(...['cnn.0', 'cnn.2', 'cnn.4', 'linear.0'].map((layer) => `${extractor}.${layer}`)),
  );
  expect(names('stable-baselines3')).toEqual([...features, ...both('action_net', 'value_net')]);
});

test('every naming holds every weight, and a value head of one unit besides', () => {
  for (const naming of ['cleanrl', 'stable-baselines3'] as const) {
    const entries = torchNames(naming, rows);
    const ours = new Set(entries.flatMap(({ ours }) => ours ?? []));
    expect([...ours]).toEqual(torchNames('pytorch', rows).map(({ theirs }) => theirs));
    expect(entries.filter((entry) => entry.ours === undefined).map(({ shape }) => shape)).toEqual([[1, 512], [1]]);
  }
});
