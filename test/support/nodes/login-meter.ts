// Counts what one login costs a node: its questions to catalogue and Redis, and what it sends the
// client. Hops in front of all three read the protocols; nothing of the node is replaced.

import { type Direction, startTappedRelay, type Tap, type TappedRelay } from './tapped-relay.ts';

export interface StoreCosts {
  /** By name, such as `hset`; of the catalogue that of the prepared statement, or its text. */
  readonly commands: readonly string[];
  /** How often something was asked after an answer. */
  readonly roundTrips: number;
}

export interface LoginCosts {
  readonly catalogue: StoreCosts;
  readonly redis: StoreCosts;
  /** TLS records to the client after its own last one. */
  readonly lastRecords: number;
}

export interface LoginMeter extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** A hop before the node, which runs by now. */
  listenBefore(pgPort: number): Promise<number>;
  /** Nothing was said to a store for a moment: the batches of the last login are written. */
  isQuiet(): boolean;
  /** Counts from now on. */
  reset(): void;
  costs(): LoginCosts;
}

export async function startLoginMeter(urls: { databaseUrl: string; redisUrl: string }): Promise<LoginMeter> {
  const [catalogue, redis, records] = [new StoreTally(), new StoreTally(), new LastRecords()];
  const hops: TappedRelay[] = [];
  const hopBefore = async (port: number, tap: Tap) => {
    const hop = await startTappedRelay(port, tap);
    hops.push(hop);
    return hop.port;
  };
  const hopUrl = async (text: string, defaultPort: number, tap: Tap) => {
    const url = new URL(text);
    url.port = String(await hopBefore(Number(url.port || defaultPort), tap));
    url.hostname = '127.0.0.1';
    return url.href;
  };
  return {
    databaseUrl: await hopUrl(urls.databaseUrl, 5432, () => catalogue.connection(new StatementReader())),
    redisUrl: await hopUrl(urls.redisUrl, 6379, () => redis.connection(new CommandReader())),
    listenBefore: (pgPort) => hopBefore(pgPort, () => records.connection()),
    isQuiet: () => [catalogue, redis].every(({ isQuiet }) => isQuiet),
    reset: () => {
      for (const tally of [catalogue, redis, records]) tally.reset();
    },
    costs: () => ({ catalogue: catalogue.costs(), redis: redis.costs(), lastRecords: records.count }),
    [Symbol.asyncDispose]: async () => {
      for (const hop of hops) await hop[Symbol.asyncDispose]();
    },
  };
}

interface RequestReader {
  /** The names of the requests that the chunk completes. */
  read(chunk: Buffer): string[];
}

const QUIET_MS = 120;

class StoreTally {
  #lastAt = 0;
  #commands: string[] = [];
  #roundTrips = 0;
  #isAsking = false;

  get isQuiet(): boolean {
    return performance.now() - this.#lastAt >= QUIET_MS;
  }

  connection(reader: RequestReader) {
    return (direction: Direction, chunk: Buffer): void => {
      this.#lastAt = performance.now();
      if (direction === 'to_client') {
        this.#isAsking = false;
        return;
      }
      this.#commands.push(...reader.read(chunk));
      if (!this.#isAsking) this.#roundTrips += 1;
      this.#isAsking = true;
    };
  }

  reset(): void {
    this.#commands = [];
    this.#roundTrips = 0;
    this.#isAsking = false;
  }

  costs(): StoreCosts {
    return { commands: [...this.#commands], roundTrips: this.#roundTrips };
  }
}

/** Redis protocol: a command is an array of bulk strings. */
class CommandReader implements RequestReader {
  #rest = Buffer.alloc(0);

  read(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const names: string[] = [];
    for (let parts = this.#take(); parts !== null; parts = this.#take()) names.push(parts[0]?.toLowerCase() ?? '');
    return names;
  }

  #take(): string[] | null {
    const head = lineAt(this.#rest, 0);
    if (head === null) return null;
    const parts: string[] = [];
    let at = head.end;
    for (let index = 0; index < Number(head.text.slice(1)); index += 1) {
      const size = lineAt(this.#rest, at);
      const end = size === null ? 0 : size.end + Number(size.text.slice(1));
      if (size === null || this.#rest.length < end + 2) return null;
      parts.push(this.#rest.toString('latin1', size.end, end));
      at = end + 2;
    }
    this.#rest = this.#rest.subarray(at);
    return parts;
  }
}

function lineAt(bytes: Buffer, from: number): { readonly text: string; readonly end: number } | null {
  const at = bytes.indexOf('\r\n', from);
  return at === -1 ? null : { text: bytes.toString('latin1', from, at), end: at + 2 };
}

/** Message Formats: Query, and Bind with what was parsed; a startup packet has no type byte. */
class StatementReader implements RequestReader {
  #rest = Buffer.alloc(0);
  #isStarted = false;
  readonly #parsed = new Map<string, string>();

  read(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const names: string[] = [];
    for (;;) {
      const typeBytes = this.#isStarted ? 1 : 0;
      if (this.#rest.length < typeBytes + 4) return names;
      const end = typeBytes + this.#rest.readInt32BE(typeBytes);
      if (this.#rest.length < end) return names;
      const type = this.#isStarted ? String.fromCharCode(this.#rest.readUInt8()) : '';
      const [first = '', second = ''] = this.#rest.toString('utf8', typeBytes + 4, end).split('\0');
      if (type === 'P') this.#parsed.set(first, first === '' ? second : first);
      if (type === 'B') names.push(this.#parsed.get(second) ?? '');
      if (type === 'Q') names.push(first);
      // StartupMessage 3.0.
      if (!this.#isStarted) this.#isStarted = this.#rest.readInt32BE(4) === 196_608;
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/** TLS 1.3 5.1: one byte of type, two of version, two of length. */
class LastRecords {
  count = 0;

  connection() {
    let rest = Buffer.alloc(0);
    return (direction: Direction, chunk: Buffer): void => {
      if (direction === 'to_server') {
        this.count = 0;
        rest = Buffer.alloc(0);
        return;
      }
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
        this.count += 1;
        rest = rest.subarray(5 + rest.readUInt16BE(3));
      }
    };
  }

  reset(): void {
    this.count = 0;
  }
}
