import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Client } from '@distiller/client';
import { parse } from 'yaml';
import { UsageError } from './failure.ts';
import { say } from './session.ts';

/** An upload, as the bodies name it. */
export interface Uploaded {
  upload: string;
  sha256: string;
}

/** Sends a file with its digest, without ever holding it whole in memory. @throws UsageError when it cannot be read */
export async function uploadPath(client: Client, path: string): Promise<Uploaded> {
  const found = await stat(path).catch((error: unknown) => refuse(path, error));
  if (!found.isFile()) throw new UsageError(`${path} is no file; a folder is packed (.zip, .tar, .tar.gz) first`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  say(`uploading ${path} (${found.size} bytes, sha256 ${sha256.slice(0, 12)}…)`);
  const { id } = await client.uploadFile(await openAsBlob(path), { sha256 });
  return { upload: id, sha256 };
}

/** A JSON file's value; `-` is stdin. What it holds is for the service to judge. @throws UsageError */
export async function readJson(path: string): Promise<unknown> {
  const json = await readText(path);
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${(error as Error).message}`);
  }
}

/** The value of a YAML file, or of a JSON file, which is YAML too; `-` is stdin. @throws UsageError */
export async function readYaml(path: string): Promise<unknown> {
  const yaml = await readText(path);
  try {
    return parse(yaml) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is no YAML: ${(error as Error).message}`);
  }
}

async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  return readFile(path, 'utf8').catch((error: unknown) => refuse(path, error));
}

function refuse(path: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  throw new UsageError(code === 'ENOENT' ? `${path}: no such file` : message);
}
