import { z } from 'zod';
import { LayerSpec } from './layer-spec.ts';

/** Names of ready-made architectures; `presetLayers` spells each out. */
export const PresetName = z.enum(['paper-student', 'nature', 'rusu-25', 'rusu-7', 'rusu-4', 'impala', 'mlp']);
export type PresetName = z.infer<typeof PresetName>;

/** A preset by name, or the layers one by one, the last of which gives the action logits. */
export const Architecture = z
  .strictObject({ preset: PresetName.optional(), layers: z.array(LayerSpec).min(1).max(64).optional() })
  .refine(({ preset, layers }) => (preset === undefined) !== (layers === undefined), {
    error: 'give either a preset or layers',
  })
  .meta({ id: 'Architecture' });
export type Architecture = z.infer<typeof Architecture>;

/** All layers of the architecture, ending in a dense layer with one unit an action. */
export function resolveLayers({ preset, layers }: Architecture, actions: number): LayerSpec[] {
  return layers ?? presetLayers(preset ?? 'paper-student', actions);
}

/**
 * Layers of a preset for a game with `actions` actions.
 *
 * | preset | from | parameters, on 84×84×4 |
 * |---|---|---|
 * | paper-student | Czarnecki et al. 2017, the small network of Mnih et al. 2013 | 677,172 for 4 actions |
 * | nature | Mnih et al. 2015 | 1,686,180 for 4 actions, 1,693,362 for 18 |
 * | rusu-25, rusu-7, rusu-4 | Rusu et al. 2015: 25 %, 7 % and 4 % of `nature` | 427,874, 113,346 and 61,954 for 18 actions, their 428 K, 113 K and 62 K |
 * | impala | Espeholt et al. 2018, the large network | 1,090,260 for 4 actions |
 * | mlp | two hidden layers of 256 | 7,292,420 for 4 actions |
 *
 * impala is the residual network up to its last hidden layer: no recurrence and no value, as policies here have neither.
 * Its pools add a pixel on every side, as PyTorch implementations do; TensorFlow's SAME, in the original, adds one at the
 * bottom and right where the size is even. The shapes are the same.
 */
export function presetLayers(preset: PresetName, actions: number): LayerSpec[] {
  switch (preset) {
    case 'paper-student':
      return convolutional([conv(16, 8, 4), conv(32, 4, 2)], 256, actions);
    case 'nature':
      return convolutional([conv(32, 8, 4), conv(64, 4, 2), conv(64, 3, 1)], 512, actions);
    case 'rusu-25':
      return convolutional([conv(16, 8, 4), conv(32, 4, 2), conv(32, 3, 1)], 256, actions);
    case 'rusu-7':
      return convolutional([conv(16, 8, 4), conv(16, 4, 2), conv(16, 3, 1)], 128, actions);
    case 'rusu-4':
      return convolutional([conv(16, 8, 4), conv(16, 4, 2), conv(16, 3, 1)], 64, actions);
    case 'impala':
      return [...[16, 32, 32].flatMap(impalaSection), RELU, ...head([256], actions)];
    case 'mlp':
      return head([256, 256], actions);
  }
}

const RELU = { kind: 'relu' } as const;

function conv(filters: number, kernel: number, stride: number): LayerSpec {
  return { kind: 'conv', filters, kernel, stride, padding: 'valid' };
}

function convolutional(convs: LayerSpec[], units: number, actions: number): LayerSpec[] {
  return [...convs.flatMap((layer) => [layer, RELU]), ...head([units], actions)];
}

function head(hidden: number[], actions: number): LayerSpec[] {
  const layers = hidden.flatMap((units): LayerSpec[] => [{ kind: 'dense', units }, RELU]);
  return [{ kind: 'flatten' }, ...layers, { kind: 'dense', units: actions }];
}

function impalaSection(filters: number): LayerSpec[] {
  const same = { kind: 'conv', filters, kernel: 3, stride: 1, padding: 'same' } as const;
  const block: LayerSpec = { kind: 'residual', layers: [RELU, same, RELU, same] };
  return [same, { kind: 'max-pool', size: 3, stride: 2, padding: 1 }, block, block];
}
