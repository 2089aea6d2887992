import { IMPORT_FORMATS, inspectImport, type InspectedImport, RolloutsError } from '@distiller/rollouts';
import { z } from 'zod';
import { jobFields } from './job-fields.ts';
import { ObservationContract } from './observation-contract.ts';
import { ResourceName, UploadReference } from './resource.ts';
import { SpecError } from './spec-error.ts';

/** Rollouts made of recorded play from elsewhere. */
export const ImportSpec = z
  .strictObject({
    kind: z.literal('import'),
    name: ResourceName.describe('of the rollouts that it makes'),
    format: z
      .enum(IMPORT_FORMATS)
      .describe(
        'npz: NumPy arrays; minari: main_data.hdf5 or the dataset’s folder packed; dqn-replay: one checkpoint packed',
      ),
    file: UploadReference,
    observation: ObservationContract.describe(
      'what the play was recorded under; colours and raw screens are brought under it',
    ),
    actions: z
      .array(z.string().min(1).max(32))
      .min(2)
      .max(18)
      .optional()
      .describe('meaning of each action number of the file, in order; the game’s own unless given'),
    ...jobFields,
  })
  .meta({ id: 'ImportSpec' });
export type ImportSpec = z.infer<typeof ImportSpec>;

/** Looks at the headers of the file that is to be imported; reading it is the job's. @throws SpecError */
export async function checkImport(spec: ImportSpec, path: string): Promise<InspectedImport> {
  try {
    return await inspectImport(spec.format, path);
  } catch (error) {
    if (error instanceof RolloutsError) throw new SpecError('import_invalid', '/file', error.message);
    throw error;
  }
}
