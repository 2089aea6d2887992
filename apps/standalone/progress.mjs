/**
 * Says what is going on: in place on a terminal, in plain lines elsewhere. Work of under a second passes without a word.
 * @param {{ quiet: boolean }} options quiet: tell only what takes time
 */
export function createProgress({ quiet }) {
  const { isTTY } = process.stderr;
  return {
    tell(text) {
      if (!quiet) console.error(text);
    },
    /** Runs the work under a line that counts its seconds; `say` changes the line's text. */
    async during(text, work) {
      const startedAt = Date.now();
      let current = text;
      let ticks = 0;
      const seconds = () => Math.round((Date.now() - startedAt) / 1000);
      const timer = setInterval(() => {
        ticks += 1;
        if (isTTY) process.stderr.write(`\r\x1b[K${current} … ${seconds()} s`);
        else if (ticks === 1) console.error(`${text} …`);
      }, 1000);
      try {
        return await work((said) => (current = said));
      } finally {
        clearInterval(timer);
        if (isTTY && ticks > 0) process.stderr.write('\r\x1b[K');
        if (ticks > 0) console.error(`${text}: ${seconds()} s`);
      }
    },
  };
}
