import { openRollouts, type Rollouts, RolloutsError } from '@distiller/rollouts';
import { z } from 'zod';
import { contractHash, ObservationContract } from './observation-contract.ts';
import { ResourceName, UploadReference } from './resource.ts';
import { SpecError } from './spec-error.ts';

/** What POST /v1/rollouts takes; everything else is read from the file. */
export const RolloutsInput = z
  .strictObject({
    name: ResourceName,
    file: UploadReference,
  })
  .meta({ id: 'NewRollouts' });
export type RolloutsInput = z.infer<typeof RolloutsInput>;

export interface InspectedRollouts {
  observation: ObservationContract;
  contractHash: string;
  actions: string[];
  frames: number;
  episodes: number;
  meanReturn: number;
}

/** Reads what a rollouts file says of itself, and checks it. @throws SpecError */
export async function inspectRollouts(path: string): Promise<InspectedRollouts> {
  try {
    const rollouts = await openRollouts(path);
    const observation = parseContract(rollouts.attributes.observation);
    requireConsistent(rollouts, observation);
    const returns = rollouts.episodes.map((episode) => episode.return);
    return {
      observation,
      contractHash: contractHash(observation),
      actions: rollouts.attributes.actions,
      frames: rollouts.frameCount,
      episodes: returns.length,
      meanReturn: returns.reduce((sum, value) => sum + value, 0) / returns.length,
    };
  } catch (error) {
    if (error instanceof RolloutsError) throw new SpecError('rollouts_invalid', '/file', error.message);
    throw error;
  }
}

/** What a file says twice must agree, and what goes into rows must be text. */
function requireConsistent({ attributes, height, width }: Rollouts, observation: ObservationContract): void {
  const wrong = [
    attributes.game !== observation.game && `its game ${attributes.game} is not its contract's ${observation.game}`,
    attributes.contract_hash !== contractHash(observation) && 'its contract_hash is not the hash of its contract',
    attributes.actions.some((action) => /[\0\p{Surrogate}]/u.test(action)) &&
      'the name of an action holds U+0000 or an unpaired surrogate',
    (height !== observation.height || width !== observation.width) &&
      `its frames are ${height}×${width}, its contract says ${observation.height}×${observation.width}`,
  ].find(Boolean);
  if (wrong) throw new SpecError('rollouts_invalid', '/file', `the file is not sound: ${wrong}`);
}

function parseContract(raw: unknown): ObservationContract {
  const parsed = ObservationContract.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new SpecError(
    'rollouts_invalid',
    '/file',
    `the file's observation contract is invalid: ${z.prettifyError(parsed.error)}`,
  );
}
