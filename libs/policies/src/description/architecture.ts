import { z } from 'zod';
import { LayerSpec } from './layer-spec.ts';

/** Names of ready-made architectures; `presetLayers` spells each out. */
export const PresetName = z.enum(['paper-student', 'nature']);
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

/** Layers of a preset for a game with `actions` actions (Czarnecki et al. 2017; Mnih et al. 2015). */
export function presetLayers(preset: PresetName, actions: number): LayerSpec[] {
  switch (preset) {
    case 'paper-student':
      return convolutional([conv(16, 8, 4), conv(32, 4, 2)], 256, actions);
    case 'nature':
      return convolutional([conv(32, 8, 4), conv(64, 4, 2), conv(64, 3, 1)], 512, actions);
  }
}

function conv(filters: number, kernel: number, stride: number): LayerSpec {
  return { kind: 'conv', filters, kernel, stride, padding: 'valid' };
}

function convolutional(convs: LayerSpec[], units: number, actions: number): LayerSpec[] {
  const relu: LayerSpec = { kind: 'relu' };
  const head: LayerSpec[] = [{ kind: 'flatten' }, { kind: 'dense', units }, relu, { kind: 'dense', units: actions }];
  return [...convs.flatMap((layer) => [layer, relu]), ...head];
}
