/** One message of the protocol described in python/messages.py. */
export interface Message {
  header: unknown;
  payload: Uint8Array<ArrayBuffer>;
}

const PREFIX_BYTES = 8;

/** The bytes of a message. */
export function encodeMessage(header: unknown, payload: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(json.length, 0);
  prefix.writeUInt32LE(payload.length, 4);
  return Buffer.concat([prefix, json, payload]);
}

/** Reassembles messages from the pieces of a stream; each payload has a buffer of its own. */
export function createMessageReader(onMessage: (message: Message) => void): (piece: Uint8Array) => void {
  const messages = readMessages(onMessage);
  let { value: target } = messages.next();
  let filled = 0;

  return (piece) => {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      from += part.length;
      while (filled === target.length) {
        ({ value: target } = messages.next());
        filled = 0;
      }
    }
  };
}

/** Yields the buffers to be filled, one after the other, without end. */
function* readMessages(onMessage: (message: Message) => void): Generator<Uint8Array, never> {
  for (;;) {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    yield prefix;
    const json = Buffer.alloc(prefix.readUInt32LE(0));
    const payload = new Uint8Array(prefix.readUInt32LE(4));
    yield json;
    yield payload;
    onMessage({ header: JSON.parse(json.toString('utf8')), payload });
  }
}
