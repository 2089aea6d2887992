import { type PickleMachine } from './pickle-machine.ts';
import { type PickleValue } from './values.ts';

type Opcode = (machine: PickleMachine) => void;

/** The opcodes of data, by their code in Python's `pickletools`; of protocols 2 to 5 what torch and its users write. */
export const opcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.cursor.int32())], // BININT
  [0x4b, (m) => m.push(m.cursor.uint8())], // BININT1
  [0x4d, (m) => m.push(m.cursor.uint16())], // BININT2
  [0x8a, (m) => m.push(longOf(m.cursor.take(m.cursor.uint8())))], // LONG1
  [0x47, (m) => m.push(m.cursor.bigEndianFloat64())], // BINFLOAT
  [0x58, (m) => m.push(m.cursor.text(m.cursor.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.cursor.text(m.cursor.uint8()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.cursor.text(m.cursor.uint64()))], // BINUNICODE8
  [0x42, (m) => m.push(m.cursor.take(m.cursor.uint32()))], // BINBYTES
  [0x43, (m) => m.push(m.cursor.take(m.cursor.uint8()))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.cursor.take(m.cursor.uint64()))], // BINBYTES8

  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x85, (m) => m.push(popTuple(m, 1))], // TUPLE1
  [0x86, (m) => m.push(popTuple(m, 2))], // TUPLE2
  [0x87, (m) => m.push(popTuple(m, 3))], // TUPLE3
  [0x28, (m) => m.mark()], // MARK
  [0x74, (m) => m.push(m.popToMark())], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x61, (m) => append(m, [m.pop()])], // APPEND
  [0x65, (m) => append(m, m.popToMark())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x73, (m) => setItems(m, popTuple(m, 2))], // SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // SETITEMS

  [0x71, (m) => m.remember(m.cursor.uint8())], // BINPUT
  [0x72, (m) => m.remember(m.cursor.uint32())], // LONG_BINPUT
  [0x94, (m) => m.rememberNext()], // MEMOIZE
  [0x68, (m) => m.recall(m.cursor.uint8())], // BINGET
  [0x6a, (m) => m.recall(m.cursor.uint32())], // LONG_BINGET
  [0x30, (m) => void m.pop()], // POP
  [0x95, (m) => void m.cursor.uint64()], // FRAME: a hint for readers of streams

  [0x63, (m) => lookUp(m, [m.cursor.line(), m.cursor.line()])], // GLOBAL
  [0x93, (m) => lookUp(m, popTuple(m, 2))], // STACK_GLOBAL
  [0x52, call], // REDUCE
  [0x62, build], // BUILD
  [0x51, (m) => m.push(m.meaning.persistent(m.pop()))], // BINPERSID
]);

/** Opcodes that make objects of classes or belong to old protocols, named in errors. */
export const refusedOpcodes: Readonly<Record<number, string>> = {
  0x81: 'NEWOBJ',
  0x92: 'NEWOBJ_EX',
  0x69: 'INST',
  0x6f: 'OBJ',
  0x50: 'PERSID',
  0x82: 'EXT1',
  0x83: 'EXT2',
  0x84: 'EXT4',
  0x8b: 'LONG4',
  0x8f: 'EMPTY_SET',
  0x90: 'ADDITEMS',
  0x91: 'FROZENSET',
  0x32: 'DUP',
  0x31: 'POP_MARK',
  0x96: 'BYTEARRAY8',
  0x97: 'NEXT_BUFFER',
  0x98: 'READONLY_BUFFER',
};

/** Little-endian two's complement; beyond 2⁵³ to the nearest number. */
function longOf(bytes: Uint8Array): number {
  const unsigned = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return Number(BigInt.asIntN(Math.max(8, bytes.length * 8), unsigned));
}

function popTuple(m: PickleMachine, length: number): PickleValue[] {
  return Array.from({ length }, () => m.pop()).reverse();
}

function append(m: PickleMachine, items: PickleValue[]): void {
  const list = m.topList();
  for (const item of items) list.push(item);
}

function setItems(m: PickleMachine, items: PickleValue[]): void {
  if (items.length % 2) m.fail('has a key without a value');
  const dict = m.topDict();
  for (let index = 0; index < items.length; index += 2) dict.set(items[index]!, items[index + 1]!);
}

function lookUp(m: PickleMachine, [module, name]: PickleValue[]): void {
  if (typeof module !== 'string' || typeof name !== 'string') return m.fail('looks up what is no name');
  m.push(m.meaning.lookUp(`${module}.${name}`));
}

function call(m: PickleMachine): void {
  const args = m.popTuple();
  m.push(m.meaning.call(m.popName(), args));
}

/** Attributes of an ordered dictionary, as the versions of a state dict's modules: nothing here depends on them. */
function build(m: PickleMachine): void {
  m.pop();
  if (!(m.top() instanceof Map)) m.fail('gives a state to what is no dictionary (BUILD)');
}
