// Follows server-sent events without using up the browser's connections: over HTTP/1.1 it has six
// for a host, and with them held by streams no further page would load. Two pages of a browser hold
// a stream; every other one gets what is new every two seconds, by a stream that the server ends at
// once.

const LONG_STREAMS = ['postern-stream-1', 'postern-stream-2'];
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Until the signal aborts. `listen` gets every stream that is opened: a browser gives one up that
 * was answered with another status than 200, such as 429 or 503, and a new one is opened then.
 */
export async function followEvents(
  path: string,
  signal: AbortSignal,
  listen: (source: EventSource) => void,
): Promise<void> {
  const leave = await takePlace();
  if (signal.aborted) return leave?.();
  const once = `${path}${path.includes('?') ? '&' : '?'}once=yes`;
  let pauseMs = FIRST_PAUSE_MS;
  const open = () => {
    const source = new EventSource(leave === null ? once : path);
    const close = () => source.close();
    signal.addEventListener('abort', close);
    source.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS;
    });
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
      signal.removeEventListener('abort', close);
      setTimeout(() => signal.aborted || open(), pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    });
    listen(source);
  };
  signal.addEventListener('abort', () => leave?.(), { once: true });
  open();
}

/** Gives the place back when called; null when there is none, or the page has no locks. */
async function takePlace(): Promise<(() => void) | null> {
  // The type says otherwise, but plain http beyond this machine has none.
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return null;
  for (const name of LONG_STREAMS) {
    const leave = await takeLock(locks, name);
    if (leave !== null) return leave;
  }
  return null;
}

function takeLock(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const held = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(null);
      return new Promise<void>((release) => resolve(release));
    });
    held.catch(() => resolve(null));
  });
}
