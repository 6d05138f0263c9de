// Notices when bytes have stopped moving. Knows nothing of whose bytes they are.

/**
 * Calls `onSilence` every `limitMs` in which `movedBytes` did not change, until the returned function is called.
 */
export function watchSilence(movedBytes: () => number, limitMs: number, onSilence: () => void): () => void {
  let before = movedBytes();
  const timer = setInterval(() => {
    const now = movedBytes();
    if (now === before) onSilence();
    before = now;
  }, limitMs);
  return () => clearInterval(timer);
}
