import { ArchitectureError } from './architecture-error.ts';
import { type LayerSpec } from './layer-spec.ts';

type ConvSpec = Extract<LayerSpec, { kind: 'conv' }>;

/**
 * Zeros that a convolution adds on every side of its image.
 * @throws ArchitectureError for 'same' where it is not symmetric, and for padding that fills whole windows
 */
export function paddingOf({ padding, kernel, stride }: ConvSpec, index = 0): number {
  if (padding === 'valid') return 0;
  if (padding === 'same') {
    if (stride === 1 && kernel % 2 === 1) return (kernel - 1) / 2;
    throw new ArchitectureError(index, 'padding', "padding 'same' needs stride 1 and an odd kernel");
  }
  if (padding < kernel) return padding;
  throw new ArchitectureError(index, 'padding', 'padding must be less than the kernel');
}
