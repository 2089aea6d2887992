/** [65536] the number that each pattern of 16 bits stands for as binary16 (IEEE 754). */
export const HALVES: Float32Array;

/** The bits of the half that is nearest, ties to even; what is too large becomes infinite. */
export function toHalf(value: number): number;
