/** Something made from source files; paths from the root. */
export interface Product {
  name: string;
  sources: string[];
  output: string;
}
export function isFresh(root: string, product: Product): boolean;
export function stamp(root: string, product: Product): void;
