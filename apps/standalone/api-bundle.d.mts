import { type Product } from './stamp.d.mts';

export const API_BUNDLE: Product;
