/** One stored file of a zip: where its local header starts, and the facts that the directory repeats. */
export interface StoredEntry {
  name: string;
  crc32: number;
  size: number;
  offset: number;
}

// PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16; the numbers are little-endian.
const [VERSION, VERSION_ZIP64, MADE_ON_UNIX] = [20, 45, (3 << 8) | 63];
const UTF8_NAME = 1 << 11;
/** 1 January 1981, 0:00: one date for all, so that the same entries make the same bytes. */
const DOS_DATE = (1 << 9) | (1 << 5) | 1;
const ORDINARY_FILE = 0o100644 * 0x10000;
const [TOO_MANY, TOO_LARGE] = [0xffff, 0xffff_ffff];

/** Stands before the file's bytes, which are smaller than 4 GiB. */
export function localHeader({ name, crc32, size }: StoredEntry): Buffer {
  const path = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeFacts(header, 4, { version: VERSION, crc32, sizeWritten: size, path });
  return Buffer.concat([header, path]);
}

/** The entry's line in the directory at the end. */
export function directoryRecord({ name, crc32, size, offset }: StoredEntry): Buffer {
  const path = Buffer.from(name);
  const far = offset >= TOO_LARGE;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_ON_UNIX, 4);
  const version = far ? VERSION_ZIP64 : VERSION;
  writeFacts(header, 6, { version, crc32, sizeWritten: far ? TOO_LARGE : size, path });
  header.writeUInt16LE(far ? 28 : 0, 30);
  header.writeUInt32LE(ORDINARY_FILE, 38);
  header.writeUInt32LE(far ? TOO_LARGE : offset, 42);
  return Buffer.concat([header, path, ...(far ? [zip64Field(size, offset)] : [])]);
}

/** Ends the file; `start` is where the directory of `count` records and `size` bytes begins. */
export function endOfDirectory({ count, start, size }: { count: number; start: number; size: number }): Buffer {
  const zip64 = count >= TOO_MANY || start >= TOO_LARGE || size >= TOO_LARGE;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, TOO_MANY), 8);
  end.writeUInt16LE(Math.min(count, TOO_MANY), 10);
  end.writeUInt32LE(Math.min(size, TOO_LARGE), 12);
  end.writeUInt32LE(Math.min(start, TOO_LARGE), 16);
  return zip64 ? Buffer.concat([zip64End({ count, start, size }), end]) : end;
}

interface Facts {
  version: number;
  crc32: number;
  sizeWritten: number;
  path: Buffer;
}

/** What local header and directory have in common; stored files have one size twice. */
function writeFacts(header: Buffer, at: number, { version, crc32, sizeWritten, path }: Facts): void {
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(UTF8_NAME, at + 2);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(crc32, at + 10);
  header.writeUInt32LE(sizeWritten, at + 14);
  header.writeUInt32LE(sizeWritten, at + 18);
  header.writeUInt16LE(path.length, at + 22);
}

function zip64Field(size: number, offset: number): Buffer {
  const field = Buffer.alloc(28);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(24, 2);
  field.writeBigUInt64LE(BigInt(size), 4);
  field.writeBigUInt64LE(BigInt(size), 12);
  field.writeBigUInt64LE(BigInt(offset), 20);
  return field;
}

function zip64End({ count, start, size }: { count: number; start: number; size: number }): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(MADE_ON_UNIX, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  for (const [index, value] of [count, count, size, start].entries()) {
    record.writeBigUInt64LE(BigInt(value), 24 + 8 * index);
  }
  // The locator.
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(start + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}
