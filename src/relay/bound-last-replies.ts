// What follows the end of one side: the last replies may go on as long as they keep moving.

interface LastReplies {
  /** Grows with every byte that one side passes on and the other takes. */
  readonly movedBytes: () => number;
  /** Bytes wait for the client to read them. */
  readonly isUnread: () => boolean;
  /** How long nothing may move while nothing waits for the client, and while something does. */
  readonly silenceMs: number;
  readonly unreadMs: number;
}

const LOOK_INTERVAL_MS = 1_000;

/** Calls `onSilence` once. Returns the function that stops looking. */
export function boundLastReplies(replies: LastReplies, onSilence: () => void): () => void {
  let before = replies.movedBytes();
  let quietMs = 0;
  const timer = setInterval(() => {
    const moved = replies.movedBytes();
    quietMs = moved === before ? quietMs + LOOK_INTERVAL_MS : 0;
    before = moved;
    if (quietMs >= (replies.isUnread() ? replies.unreadMs : replies.silenceMs)) onSilence();
  }, LOOK_INTERVAL_MS);
  return () => clearInterval(timer);
}
