// A process that gathers and then has nothing to do: `close` or `forget` as its argument. It must end by itself.
import { startGatherAhead } from './gather-ahead.ts';

const frames = {
  data: new Uint8Array(new SharedArrayBuffer(101 * 84 * 84)),
  count: 100,
  height: 84,
  width: 84,
  firstOfEpisode: new Int32Array(100),
};
const thread = startGatherAhead(frames, { stack: 4, batchSize: 100, slots: 2 });
const indices = Int32Array.from({ length: 100 }, (_, i) => i);
await thread.gather(indices);
// Nobody waits for this one: it is under way, or done and not heard of, when the thread ends.
thread.gather(indices).catch(() => undefined);
if (process.argv[2] === 'close') await thread.close();
process.stdout.write('done');
