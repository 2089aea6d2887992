import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { provideVenv } from '../libs/arcade/src/venv.ts';
import { findProgram } from './programs.ts';

const ARCADE = new URL('../libs/arcade/python/requirements.txt', import.meta.url);
const PEERS = new URL('peers-requirements.txt', import.meta.url);
const EXPORTS = new URL('formats/exports-requirements.txt', import.meta.url);
const ZARR = new URL('zarr-requirements.txt', import.meta.url);
const S3 = new URL('s3-requirements.txt', import.meta.url);
const CLIENT = new URL('python-client-requirements.txt', import.meta.url);
const EXAMPLE = new URL('../libs/client/python/examples/requirements.txt', import.meta.url);
const SCHEMATHESIS = new URL('faults/schemathesis-requirements.txt', import.meta.url);

/** The python that plays; undefined, and said so, where there is none and none can be made. */
export const findArcadePython = () => findPython('arcade', ARCADE);

/** A python with zarr, which is a test's and no part of the product. */
export const findZarrPython = () => findPython('zarr', ZARR);

/** A python with PyTorch and JAX, for the benchmark. */
export const findPeersPython = () => findPython('peers', PEERS);

/** A python with the libraries that students are exported for. */
export const findExportsPython = () => findPython('exports', EXPORTS);

/** A python with a server that answers like S3. */
export const findS3Python = () => findPython('s3', S3);

/** A python with what our client in Python needs, and what its types are made and checked with. */
export const findClientPython = () => findPython('client', CLIENT);

/** A python with what the example that plays needs. */
export const findExamplePython = () => findPython('example', EXAMPLE);

/** A python with Schemathesis, which makes requests up from an OpenAPI document. */
export const findSchemathesisPython = () => findPython('schemathesis', SCHEMATHESIS);

/** What a script prints. */
export async function runPython(python: string, script: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(python, ['-c', script, ...args])).stdout.trim();
}

async function findPython(name: string, requirements: URL): Promise<string | undefined> {
  try {
    findProgram('python3', { packages: ['python3', 'python3-venv'] });
    return await provideVenv(name, fileURLToPath(requirements));
  } catch (error) {
    console.log(`No python with ${name}: what needs it is skipped. ${String(error)}`);
    return undefined;
  }
}
