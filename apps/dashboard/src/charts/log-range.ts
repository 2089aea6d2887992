/** Air above and below the curves. */
const MARGIN = 1.05;

/**
 * The ends of a logarithmic axis around positive values: one digit times a power of ten each, where its ticks can stand.
 * (uPlot's own rounds a maximum of 1.05 up to 10, which leaves a curve near 1 the lowest part of the drawing.)
 */
export function logRange(min: number, max: number): [low: number, high: number] {
  return [toOneDigit(min / MARGIN, Math.floor), toOneDigit(max * MARGIN, Math.ceil)];
}

function toOneDigit(value: number, round: (value: number) => number): number {
  const exponent = Math.floor(Math.log10(value));
  // By way of text: 7 * 10 ** -1 is not 0.7.
  return Number(`${round(value / 10 ** exponent)}e${exponent}`);
}
