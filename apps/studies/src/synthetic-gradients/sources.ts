import { cifar10 } from '../images/cifar-10.ts';
import { digits } from '../images/digits.ts';
import { imageNet } from '../images/image-net.ts';
import { type ImageSet } from '../images/image-set.ts';

/** Images, and how long is trained on them. */
export interface Source {
  name: string;
  open: () => Promise<ImageSet>;
  batch: number;
  steps: number;
  splits: readonly number[];
  seeds: readonly number[];
}

const SEEDS = [1, 2, 3, 4, 5];
export const DIGITS: Source = { name: 'digits', open: digits, batch: 100, steps: 3000, splits: [1, 3], seeds: SEEDS };

/**
 * @param text `digits`, `cifar-10:FOLDER` or `imagenet:FOLDER`
 * @throws Error when it is none of these
 */
export function sourceOf(text: string): Source {
  const [name, ...rest] = text.split(':');
  const folder = rest.join(':');
  if (name === 'digits' && !folder) return DIGITS;
  // The paper's table: 100 epochs of CIFAR-10, 90 of ImageNet, at most of its sizes.
  if (name === 'cifar-10' && folder)
    return { name, open: () => cifar10(folder), batch: 128, steps: 35_000, splits: [3], seeds: SEEDS };
  if (name === 'imagenet' && folder)
    return { name, open: () => imageNet(folder), batch: 256, steps: 440_000, splits: [1, 3], seeds: SEEDS };
  throw new Error(`images are digits, cifar-10:FOLDER or imagenet:FOLDER, not ${text}`);
}
