/**
 * What a run's curve says after a share of its steps: between two known points along a straight line, or one of the logarithms.
 * @param curve points in the order of their steps; a share above 1 is the end
 */
export function atShare<Point extends { step: number }>(
  curve: readonly Point[],
  share: number,
  { read, scale = 'linear' }: { read: (point: Point) => number; scale?: 'linear' | 'log' },
): number {
  const step = Math.min(1, share) * curve.at(-1)!.step;
  const after = curve.findIndex((point) => point.step >= step);
  const [a, b] = [curve[Math.max(0, after - 1)]!, curve[after]!];
  if (a.step === b.step) return read(b);
  const way = (step - a.step) / (b.step - a.step);
  if (scale === 'linear') return (1 - way) * read(a) + way * read(b);
  return Math.exp((1 - way) * Math.log(read(a)) + way * Math.log(read(b)));
}
