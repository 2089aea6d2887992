import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { readDescribed } from '../torch/described.ts';
import { listTensors } from '../torch/modules.ts';
import { stateDict } from '../torch/state-dict.ts';
import { readTorchFile } from '../torch/torch-file.ts';
import { readCleanrl } from './cleanrl.ts';

const UNSCALED =
  'whether the network divides pixels by 255 stands in its forward(), which no state dict holds (CleanRL’s agents do)';

/**
 * A state dict that torch.save wrote, of a described architecture, or of CleanRL's Atari agents, which are recognised.
 * @throws FormatError
 */
export async function readPytorch(request: ImportRequest): Promise<ImportedPolicy> {
  const { tensors, remarks } = stateDict(await readTorchFile(request.bytes), 'file');
  const { architecture } = request;
  const read = architecture
    ? await readDescribed(tensors, { ...request, architecture }, { ordered: true })
    : await readCleanrl(tensors, request);
  if (!read)
    throw new FormatError(
      'architecture',
      `not an agent of CleanRL, so say which architecture the state dict is of: ${listTensors(tensors)}`,
    );
  return { ...read, inputScale: null, remarks: [...remarks, ...read.remarks, UNSCALED] };
}
