import { parseArgs } from 'node:util';

export interface DemoArguments {
  /** Where to write the table as JSON too. */
  jsonFile: string | undefined;
}

/** @throws TypeError naming the argument that is not known */
export function readArguments(argv: readonly string[]): DemoArguments {
  const { values } = parseArgs({ args: [...argv], options: { json: { type: 'string' } } });
  return { jsonFile: values.json };
}
