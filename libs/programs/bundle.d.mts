import { type Product } from './stamp.d.mts';

export const BUNDLE: Product;
export function bundledName(root: string, source: string): string;
export function bundledFile(root: string, source: string): string;
