// Exits 0 when the engine named by the first argument works on this machine.
import { loadEngine } from '@distiller/compute';

await loadEngine(process.argv[2] === 'tensorflow' ? 'tensorflow' : 'wasm');
