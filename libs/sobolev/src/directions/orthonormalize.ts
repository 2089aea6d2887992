/**
 * The rows made orthonormal one after the other (modified Gram–Schmidt), in place and in double precision. Each row's largest
 * entry is made positive, for a direction and its opposite are one, and results should not depend on which was found.
 */
export function orthonormalize(rows: readonly Float64Array[]): void {
  for (const [index, row] of rows.entries()) {
    for (const earlier of rows.slice(0, index)) {
      const overlap = dot(row, earlier);
      for (let i = 0; i < row.length; i++) row[i]! -= overlap * earlier[i]!;
    }
    const scale = Math.sign(largest(row)) / Math.sqrt(dot(row, row));
    for (let i = 0; i < row.length; i++) row[i]! *= scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The entry furthest from 0, with its sign. */
function largest(row: Float64Array): number {
  return row.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}
