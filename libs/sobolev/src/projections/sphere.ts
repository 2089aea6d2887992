import { type RandomStream } from '../random.ts';

/**
 * k orthonormal directions in action space for each example: the first k rows of a random rotation.
 * Each row is uniform on the unit sphere, so the mean over rows of ‖Jᵀv‖² is an unbiased ‖J‖²_F / A, and k = A is exact.
 * @returns k arrays [batch, actions], row-major
 * @throws RangeError when k is not in 1..actions
 */
export function sphereDirections(random: RandomStream, batch: number, actions: number, k: number): Float32Array[] {
  if (!(k >= 1 && k <= actions))
    throw new RangeError(`projections must be between 1 and ${actions} (actions), not ${k}`);
  const directions = Array.from({ length: k }, () => new Float32Array(batch * actions));
  for (let example = 0; example < batch; example++) {
    const rows: number[][] = [];
    for (const direction of directions) {
      const row = orthonormalRow(random, actions, rows);
      rows.push(row);
      direction.set(row, example * actions);
    }
  }
  return directions;
}

/** Gram–Schmidt on a Gaussian draw; drawn again in the (never seen) case that too little is left to normalise. */
function orthonormalRow(random: RandomStream, actions: number, rows: readonly number[][]): number[] {
  for (;;) {
    const draw = Array.from({ length: actions }, () => random.normal());
    for (const row of rows) {
      const overlap = dot(draw, row);
      for (const [index, value] of row.entries()) draw[index]! -= overlap * value;
    }
    const length = Math.sqrt(dot(draw, draw));
    if (length > 1e-6) return draw.map((value) => value / length);
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
