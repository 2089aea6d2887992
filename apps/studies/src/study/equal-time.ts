/**
 * Steps of a method that take as long as so many of another, as both were timed on the same machine.
 * @param costs milliseconds of a step, by method
 * @param unit what the steps are a multiple of, so that a run ends with an evaluation
 */
export function stepsInTime(
  costs: Readonly<Record<string, number>>,
  method: string,
  { plain, plainSteps, unit = 1 }: { plain: string; plainSteps: number; unit?: number },
): number {
  return unit * Math.round((plainSteps * costs[plain]!) / costs[method]! / unit);
}
