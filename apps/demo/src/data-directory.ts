import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Where the services of this clone keep their data, and the demo its student. */
export const DATA_DIR = process.env['DATA_DIR'] ?? join(ROOT, '.data');
