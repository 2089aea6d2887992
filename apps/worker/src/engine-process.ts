// Loads the engine named by the first argument, and prints which one it is and why as a line of JSON.
import { ENGINES, loadEngine } from '@distiller/compute';
import { z } from 'zod';

const request = z.enum(['auto', ...ENGINES]).parse(process.argv[2]);
process.stdout.write(`${JSON.stringify(await loadEngine(request))}\n`);
