// Loaded into each service before its own code: it must not outlive whoever started it, wherever in its start it is.
const GRACE_MS = 20_000;

process.on('disconnect', () => {
  // Nobody else listens yet, so there is nothing to close in order.
  if (process.listenerCount('disconnect') === 1) process.exit(1);
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
