// A consumer that takes a job and never finishes it: the test kills it.
import { createConsumer } from './consumer.ts';

const never = new Promise<void>(() => {});
await createConsumer(
  process.argv[2] ?? '',
  ({ jobId }) => {
    process.send?.({ delivered: jobId });
    return never;
  },
  { lockMs: 1_000, stalledCheckMs: 500 },
);
process.send?.({ ready: true });
