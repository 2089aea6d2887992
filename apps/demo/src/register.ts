import { type Client, ProblemError } from '@distiller/client';
import { type Bundle, type BundledFile } from './bundle.ts';

/** What the service calls the bundled teacher and rollouts, and which of them it had already. */
export interface Registered {
  teacher: string;
  rollouts: string;
  reused: string[];
}

/** Makes the bundled teacher and rollouts known to the service; what it has already, byte for byte, is used again. */
export async function register(client: Client, bundle: Bundle): Promise<Registered> {
  const reused: string[] = [];
  const teacher = await registerOne(reused, {
    name: bundle.teacher.name,
    file: bundle.weights,
    find: async (name) => (await client.teachers.get(name)).weights.sha256,
    create: async (name) => {
      const { id } = await client.uploadFile(bundle.weights.bytes);
      const weights = { upload: id, sha256: bundle.weights.sha256 };
      await client.teachers.create({ ...bundle.teacher, name, weights });
    },
  });
  const rollouts = await registerOne(reused, {
    name: bundle.rolloutsName,
    file: bundle.rollouts,
    find: async (name) => (await client.rollouts.get(name)).file.sha256,
    create: async (name) => {
      const { id } = await client.uploadFile(bundle.rollouts.bytes);
      await client.rollouts.create({ name, file: { upload: id, sha256: bundle.rollouts.sha256 } });
    },
  });
  return { teacher, rollouts, reused };
}

interface Resource {
  name: string;
  file: BundledFile;
  /** The sha256 of the file that the service has under the name. */
  find: (name: string) => Promise<string>;
  create: (name: string) => Promise<void>;
}

async function registerOne(reused: string[], { name, file, find, create }: Resource): Promise<string> {
  // The name may stand for another file, of an older clone say: resources are immutable, so this one gets its own.
  for (const candidate of [name, `${name}-${file.sha256.slice(0, 8)}`]) {
    const found = await find(candidate).catch(undefinedWhenMissing);
    if (found === undefined) await create(candidate);
    else if (found === file.sha256) reused.push(candidate);
    else continue;
    return candidate;
  }
  throw new Error(`The service has other files under the names of ${name}.`);
}

function undefinedWhenMissing(error: unknown): undefined {
  if (error instanceof ProblemError && error.status === 404) return undefined;
  throw error;
}
