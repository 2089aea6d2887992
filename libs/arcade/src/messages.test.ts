import { expect, test } from 'vitest';
import { createMessageReader, encodeMessage, type Message } from './messages.ts';

const sent = [
  { header: { do: 'step' }, payload: Uint8Array.of(1, 2, 3) },
  { header: {}, payload: new Uint8Array() },
  { header: { text: 'é' }, payload: new Uint8Array(70_000).fill(9) },
];
const stream = Buffer.concat(sent.map(({ header, payload }) => encodeMessage(header, payload)));

test.each([1, 2, 7, 8, 9, 65_536, stream.length])('messages survive a stream in pieces of %i bytes', (size) => {
  const received: Message[] = [];
  const read = createMessageReader((message) => received.push(message));
  for (let from = 0; from < stream.length; from += size) read(stream.subarray(from, from + size));
  expect(received).toEqual(sent);
});
