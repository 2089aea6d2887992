import { FormatError } from '../imported.ts';
import { type ByteCursor } from './byte-cursor.ts';
import { opcodes, refusedOpcodes } from './opcodes.ts';
import { PickleMachine } from './pickle-machine.ts';
import { type PickleMeaning, type PickleValue } from './values.ts';

const PROTO = 0x80;
const STOP = 0x2e;
/** Enough for a thousand tensors with their optimiser, and its objects fit a small memory. */
const MAX_OPCODES = 250_000;

/**
 * Reads one pickle of protocol 2 to 5 and leaves the cursor behind it. A pickle is a program: this runs only the opcodes
 * with which torch writes data, and every name and call is the caller's decision. It takes time and memory in proportion
 * to its bytes; what it gives may contain itself.
 * @throws FormatError naming the opcode or the name that is refused
 */
export function unpickle(cursor: ByteCursor, meaning: PickleMeaning): PickleValue {
  requireProtocol(cursor);
  const machine = new PickleMachine(cursor, meaning);
  for (let count = 0; count < MAX_OPCODES; count++) {
    const at = cursor.position;
    const code = cursor.uint8();
    if (code === STOP) return machine.result();
    const run = opcodes.get(code);
    if (!run) throw new FormatError(cursor.where, `pickle opcode ${nameOf(code)} at byte ${at} is not read`);
    run(machine);
  }
  throw new FormatError(cursor.where, `the pickle has more than ${MAX_OPCODES} opcodes`);
}

function requireProtocol(cursor: ByteCursor): void {
  const at = cursor.position;
  if (cursor.uint8() !== PROTO) throw new FormatError(cursor.where, `no pickle of protocol 2 to 5 at byte ${at}`);
  const protocol = cursor.uint8();
  if (protocol < 2 || protocol > 5) throw new FormatError(cursor.where, `pickle protocol ${protocol} is not read`);
}

function nameOf(code: number): string {
  return refusedOpcodes[code] ?? `0x${code.toString(16).padStart(2, '0')}`;
}
