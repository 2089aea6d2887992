import { parseArgs } from 'node:util';

export interface DemoArguments {
  /** Where to write the table as JSON too. */
  jsonFile: string | undefined;
  /** Where to draw the held-out metrics of both jobs, as SVG. */
  figureFile: string | undefined;
  /** Whether the student is distilled on what it meets when it plays itself. */
  closedLoop: boolean;
}

/** @throws TypeError naming the argument that is not known */
export function readArguments(argv: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { json: { type: 'string' }, figure: { type: 'string' }, 'closed-loop': { type: 'boolean' } },
  });
  return { jsonFile: values.json, figureFile: values.figure, closedLoop: values['closed-loop'] ?? false };
}
