/** Says whether so much time has passed since it last said so, however the machine's clock is set meanwhile. */
export function createTimer(everyMs: number): () => boolean {
  let saidAtMs = performance.now();
  return () => {
    if (performance.now() - saidAtMs < everyMs) return false;
    saidAtMs = performance.now();
    return true;
  };
}
