/**
 * What of Python's pickle (protocol 2) a state dict needs, as opcodes and their arguments; nothing is memoised. The unpickler
 * of `torch.load(weights_only=True)` knows each of these.
 */
type Pickled = Buffer;

const [PROTOCOL_2, STOP] = [Buffer.from([0x80, 2]), Buffer.from('.')];
const [MARK, TUPLE, EMPTY_TUPLE, SET_ITEMS] = ['(', 't', ')', 'u'].map((opcode) => Buffer.from(opcode)) as [
  Pickled,
  Pickled,
  Pickled,
  Pickled,
];
const [CALL, PERSISTENT_ID] = [Buffer.from('R'), Buffer.from('Q')];

/** The whole file: one object. */
export function pickle(object: Pickled): Uint8Array {
  return new Uint8Array(Buffer.concat([PROTOCOL_2, object, STOP]));
}

export const FALSE: Pickled = Buffer.from([0x89]);

/** A signed 32-bit integer. */
export function integer(value: number): Pickled {
  const bytes = Buffer.alloc(5, 'J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

export function text(value: string): Pickled {
  const utf8 = Buffer.from(value);
  const head = Buffer.alloc(5, 'X');
  head.writeUInt32LE(utf8.length, 1);
  return Buffer.concat([head, utf8]);
}

export function tuple(items: readonly Pickled[]): Pickled {
  return Buffer.concat([MARK, ...items, TUPLE]);
}

/** `from module import name`. */
export function imported(module: string, name: string): Pickled {
  return Buffer.from(`c${module}\n${name}\n`);
}

export function call(callable: Pickled, args: readonly Pickled[]): Pickled {
  return Buffer.concat([callable, args.length ? tuple(args) : EMPTY_TUPLE, CALL]);
}

/** What the file's reader looks up by an id of its own. */
export function persistent(id: Pickled): Pickled {
  return Buffer.concat([id, PERSISTENT_ID]);
}

export function orderedDict(entries: readonly (readonly [string, Pickled])[]): Pickled {
  const empty = call(imported('collections', 'OrderedDict'), []);
  if (!entries.length) return empty;
  return Buffer.concat([empty, MARK, ...entries.flatMap(([key, value]) => [text(key), value]), SET_ITEMS]);
}
