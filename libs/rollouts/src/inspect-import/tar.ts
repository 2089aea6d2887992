import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RolloutsError } from '../rollouts-error.ts';
import { naming } from '../zip-reader.ts';
import { type Archive, checkRatio, type Container, type Names } from './archive-entry.ts';
import { type ByteSource, fileSource, streamSource } from './byte-source.ts';

const BLOCK = 512;
/** Unpacked bytes of a tar.gz that are looked at: about a third of a second. */
const MAX_UNPACKED = 64 * 2 ** 20;
const MAX_EXTENSION = 2 ** 20;
/** What is kept of a wanted entry. */
const HEAD_BYTES = 8 * 2 ** 20;

interface TarOptions {
  names: Names;
  wanted: (name: string) => boolean;
  packed: boolean;
}

/** The files of a tar or tar.gz by their names: ustar, with the long names of GNU and pax. @throws RolloutsError */
export async function listTar(container: Container, { names, wanted, packed }: TarOptions): Promise<Archive> {
  const source = packed ? gunzipped(container) : fileSource(container);
  let total = 0;
  let longName: string | undefined;
  try {
    for (;;) {
      const header = await naming('tar file', source.read(BLOCK));
      if (header.length < BLOCK || header.every((byte) => byte === 0)) break;
      const { name: shortName, size, type } = parseHeader(header, names.entries.size === 0);
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      if (type === 'x' || type === 'g' || type === 'L') {
        longName = extendedName(type, await extension(source, size, padded)) ?? longName;
        continue;
      }
      const name = longName ?? shortName;
      longName = undefined;
      names.check(name);
      if (type === '5') continue;
      if (type !== '0' && type !== '\0') throw new RolloutsError(`${name}: is a link or no plain file`);
      checkRatio(name, (total += size), container.size);
      if (!packed && source.position + size > container.size) throw new RolloutsError(`${name}: is cut short`);
      const kept = wanted(name) ? await naming(name, source.read(Math.min(size, HEAD_BYTES))) : new Uint8Array();
      names.add(name, { size, head: (count) => Promise.resolve(kept.subarray(0, count)) });
      if (source.position + padded - kept.length > (packed ? MAX_UNPACKED : Infinity)) {
        return { entries: names.entries, whole: false };
      }
      await naming(name, source.skip(padded - kept.length));
    }
    return { entries: names.entries, whole: true };
  } finally {
    source.close();
  }
}

function gunzipped({ file, size }: Container): ByteSource {
  const packed = createReadStream('', { fd: file.fd, autoClose: false, start: 0, end: size - 1 });
  return streamSource(Readable.from(packed).pipe(createGunzip()));
}

function parseHeader(header: Uint8Array, isFirst: boolean) {
  const text = Buffer.from(header).toString('latin1');
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (number(text.slice(148, 156)) !== sum) {
    throw new RolloutsError(
      isFirst ? 'archive: is neither a zip nor a tar file' : 'tar file: damaged, a checksum differs',
    );
  }
  const prefix = text.startsWith('ustar\0', 257) ? field(text.slice(345, 500)) : '';
  const size = number(text.slice(124, 136));
  if (!Number.isSafeInteger(size) || size < 0) throw new RolloutsError('tar file: damaged, an entry of no size');
  const name = Buffer.from((prefix ? `${prefix}/` : '') + field(text.slice(0, 100)), 'latin1').toString('utf8');
  return { name, size, type: text.charAt(156) };
}

/** Octal digits, or GNU's binary of large sizes. */
function number(text: string): number {
  if (text.charCodeAt(0) !== 0x80) return Number.parseInt(field(text).trim() || '0', 8);
  return [...text.slice(1)].reduce((total, char) => total * 256 + char.charCodeAt(0), 0);
}

const field = (text: string) => text.split('\0', 1)[0] ?? '';

async function extension(source: ByteSource, size: number, padded: number): Promise<string> {
  if (size > MAX_EXTENSION) throw new RolloutsError(`tar file: a header of ${size} bytes`);
  const bytes = await naming('tar file', source.read(padded));
  return Buffer.from(bytes.subarray(0, size)).toString('utf8');
}

/** pax: lines of "<length> key=value". A size there would be of a file above 8 GB: Python's reader is asked for those. */
function extendedName(type: string, text: string): string | undefined {
  if (type === 'L') return field(text);
  return type === 'x' ? /(?:^|\n)\d+ path=([^\n]*)/.exec(text)?.[1] : undefined;
}
