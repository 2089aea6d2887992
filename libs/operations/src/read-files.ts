import { readFileSync } from 'node:fs';

/** Variables of which NAME_FILE names a file that holds the value: so come secrets into containers. */
const MAY_BE_FILES = ['DATABASE_URL', 'QUEUE_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** Sets each variable whose file is named, unless it is set. @throws ENOENT naming the file that is not there */
export function readFileVariables(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  for (const name of MAY_BE_FILES) {
    const file = variables[`${name}_FILE`];
    if (file !== undefined && variables[name] === undefined) variables[name] = readFileSync(file, 'utf8').trim();
  }
  return variables;
}
