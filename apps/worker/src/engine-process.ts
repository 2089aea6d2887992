// Loads the engine named by the first argument, and prints the device it computes on, or why it does not work, as a line
// of JSON.
import { ENGINES, EngineUnavailableError, loadEngine } from '@distiller/compute';
import { z } from 'zod';

try {
  const { device } = await loadEngine(z.enum(ENGINES).parse(process.argv[2]));
  tell({ device });
} catch (error) {
  if (!(error instanceof EngineUnavailableError)) throw error;
  tell({ unavailable: error.why });
  process.exitCode = 1;
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
