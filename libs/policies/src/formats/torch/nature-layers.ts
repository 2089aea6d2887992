import { type LayerSpec } from '../../description/layer-spec.ts';
import { FormatError } from '../imported.ts';
import { listTensors, type Module, tensorsIn } from './modules.ts';

/** Kernels and strides of Mnih et al. 2015. The strides are in no state dict: they are known with the kernels. */
const [KERNELS, STRIDES] = [
  [8, 4, 3],
  [4, 2, 1],
];
const RELU: LayerSpec = { kind: 'relu' };

/** Whether these are three convolutions with the kernels of the Nature CNN. */
export function areNatureConvolutions(modules: readonly Module[]): boolean {
  return (
    modules.length === 3 &&
    modules.every(({ weight: { shape } }, index) => shape.slice(2).join() === [KERNELS[index], KERNELS[index]].join())
  );
}

/**
 * The convolutions of the Nature CNN, with as many filters as the tensors have, up to the flattened image.
 * @throws FormatError where the tensors are of another network
 */
export function natureConvolutions(modules: readonly Module[]): LayerSpec[] {
  if (!areNatureConvolutions(modules))
    throw new FormatError(
      'architecture',
      `not the three convolutions of the Nature CNN (kernels 8, 4, 3), so say which architecture it is: ${listTensors(tensorsIn(modules))}`,
    );
  const convs = modules.flatMap(({ weight: { shape } }, index): LayerSpec[] => [
    { kind: 'conv', filters: shape[0]!, kernel: KERNELS[index]!, stride: STRIDES[index]!, padding: 'valid' },
    RELU,
  ]);
  return [...convs, { kind: 'flatten' }];
}

/** What was not in the file, for people. */
export const NATURE_REMARK =
  'strides 4, 2, 1 and ReLU are not in the file: they are those of the Nature CNN (Mnih et al. 2015), whose kernels it has';

/** Dense layers with as many units as the tensors have, each but the last with its activation. */
export function denseLayers(modules: readonly Module[], activation: LayerSpec): LayerSpec[] {
  return modules.flatMap(({ weight: { shape } }, index): LayerSpec[] => {
    const dense: LayerSpec = { kind: 'dense', units: shape[0]! };
    return index < modules.length - 1 ? [dense, activation] : [dense];
  });
}
