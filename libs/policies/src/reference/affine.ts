/** PyTorch's layout: weight [outputs, inputs], bias [outputs]. */
export interface Affine {
  weight: ArrayLike<number>;
  bias: ArrayLike<number>;
}

/** Where the outputs of an affine map go: element `unit` to `start + unit · step` of `values`. */
export interface Destination {
  values: Float64Array;
  start: number;
  step: number;
}

/** y = W x + b, summed in double precision; four outputs at a time, so that each input is read once for four products. */
export function affine({ weight, bias }: Affine, x: Float64Array, { values, start, step }: Destination): void {
  const [inputs, units] = [x.length, bias.length];
  const blocks = units - (units % 4);
  for (let unit = 0; unit < blocks; unit += 4) {
    const [first, at] = [unit * inputs, start + unit * step];
    let [a, b, c, d] = [bias[unit]!, bias[unit + 1]!, bias[unit + 2]!, bias[unit + 3]!];
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      a += value * weight[first + i]!;
      b += value * weight[first + inputs + i]!;
      c += value * weight[first + 2 * inputs + i]!;
      d += value * weight[first + 3 * inputs + i]!;
    }
    values[at] = a;
    values[at + step] = b;
    values[at + 2 * step] = c;
    values[at + 3 * step] = d;
  }
  for (let unit = blocks; unit < units; unit++) {
    let sum = bias[unit]!;
    for (let i = 0; i < inputs; i++) sum += x[i]! * weight[unit * inputs + i]!;
    values[start + unit * step] = sum;
  }
}
