import { StoreUnwritableError } from '../errors.ts';

/** How a file system says that it takes no more: full, over its quota, read-only, not ours, or broken. */
const UNWRITABLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/** Does what writes into the store. @throws StoreUnwritableError when the file system takes it not; else what the work threw */
export async function writing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && UNWRITABLE.has(String(error.code)))) throw error;
    throw new StoreUnwritableError(error.message, { cause: error });
  }
}
