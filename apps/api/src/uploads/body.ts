import { type IncomingMessage } from 'node:http';
import { type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArtifactStore, newId, type Stored, StoreUnwritableError, TooManyBytesError } from '@distiller/storage';
import { ProblemError } from '../problems/problem.ts';

/** How long what is too much is still read, so that the sender gets to see why it was refused. */
const DRAIN_MS = 5_000;

/** Writes a request's body to the staging area. @throws TooManyBytesError, StoreUnwritableError, leaving nothing */
export async function stageBody(
  artifacts: ArtifactStore,
  body: Readable,
  { maxBytes, declaredBytes }: { maxBytes: number; declaredBytes: number },
): Promise<Stored & { id: string }> {
  const id = newId('upload');
  try {
    if (declaredBytes > maxBytes) throw new TooManyBytesError(maxBytes);
    return { id, ...(await artifacts.stage(id, body, { maxBytes })) };
  } catch (error) {
    if (error instanceof TooManyBytesError || error instanceof StoreUnwritableError)
      await drain(body as IncomingMessage);
    else if (!(body as IncomingMessage).complete) throw new ProblemError('malformed_request', 'the upload broke off');
    throw error;
  }
}

/** Reads on, for a while, what will not be kept. */
export async function drain(body: IncomingMessage): Promise<void> {
  body.resume();
  const ended = new Promise((resolve) => body.once('end', resolve).once('close', resolve));
  if (!body.readableEnded) await Promise.race([ended, sleep(DRAIN_MS, undefined, { ref: false })]);
}
