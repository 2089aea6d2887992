/** Says whether so much time has passed since it last said so. */
export function createTimer(everyMs: number): () => boolean {
  let saidAtMs = Date.now();
  return () => {
    if (Date.now() - saidAtMs < everyMs) return false;
    saidAtMs = Date.now();
    return true;
  };
}
