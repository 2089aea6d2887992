import { type LayerSpec } from './layer-spec.ts';

/**
 * Names of the layers, and with them of their weights on disk: conv1, conv2 …, max_pool1, dense (or dense1, dense2 … where
 * there are several), and `logits` for the last. Layers of a block have its name before theirs: residual1.conv1.
 * @param block name of the residual block that the layers are in
 */
export function layerNames(layers: readonly LayerSpec[], block?: string): string[] {
  const isLogits = ({ kind }: LayerSpec, index: number) =>
    kind === 'dense' && block === undefined && index === layers.length - 1;
  const hidden = layers.filter((layer, index) => layer.kind === 'dense' && !isLogits(layer, index)).length;
  const seen = new Map<string, number>();
  const prefix = block === undefined ? '' : `${block}.`;
  return layers.map((layer, index) => {
    const count = (seen.get(layer.kind) ?? 0) + 1;
    seen.set(layer.kind, count);
    if (isLogits(layer, index)) return 'logits';
    if (layer.kind === 'dense' && hidden === 1) return `${prefix}dense`;
    return `${prefix}${layer.kind.replaceAll('-', '_')}${count}`;
  });
}
