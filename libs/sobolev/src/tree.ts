import { Tensor } from '@tensorflow/tfjs-core';

/** Arrays and plain objects with tensors in them, taken apart. */
export interface Parts<Tree> {
  /** In the order of the tree; one that occurs twice is there twice. */
  tensors: Tensor[];
  /** Everything but the tensors. */
  structure: string;
  /** The tree with these tensors in their places. */
  rebuild: (tensors: readonly Tensor[]) => Tree;
}

export function takeApart<Tree>(tree: Tree): Parts<Tree> {
  const tensors: Tensor[] = [];
  const skeleton = replaceLeaves(tree, (leaf) => {
    return isTensor(leaf) ? new Place(tensors.push(leaf) - 1) : leaf;
  });
  return {
    tensors,
    structure: JSON.stringify(skeleton),
    rebuild: (others) => replaceLeaves(skeleton, (leaf) => (leaf instanceof Place ? others[leaf.index] : leaf)) as Tree,
  };
}

/** Where a tensor belongs. */
class Place {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

function replaceLeaves(tree: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((each) => replaceLeaves(each, replace));
  if (!isPlain(tree)) return replace(tree);
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, replaceLeaves(each, replace)]));
}

const isPlain = (tree: unknown): tree is object =>
  typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype;

const isTensor = (leaf: unknown): leaf is Tensor => leaf instanceof Tensor;
