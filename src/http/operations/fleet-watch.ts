// One look at the fleet per second for everybody who watches on this node, however many they are; none while nobody does.

import type { Clock } from '../../clock.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { Log } from '../../log.ts';
import { ByteRates } from './byte-rates.ts';
import { type FleetPicture, liveRow, nodeRow } from './fleet-picture.ts';

const LOOK_INTERVAL_MS = 1_000;
/** For pages without script: their reloads find rates, since looking goes on for a while. */
const LOOK_ON_FOR_MS = 30_000;

export type Look = { readonly kind: 'picture'; readonly picture: FleetPicture } | { readonly kind: 'away' };
type Watcher = (look: Look) => void;

interface FleetWatchOptions {
  readonly liveConnections: Pick<LiveConnections, 'list' | 'listNodes'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class FleetWatch {
  readonly #liveConnections: FleetWatchOptions['liveConnections'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #rates = new ByteRates();
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<FleetPicture> | null = null;
  #newest: FleetPicture | null = null;
  #lastAskedAtMs = 0;

  constructor({ liveConnections, clock, log }: FleetWatchOptions) {
    this.#liveConnections = liveConnections;
    this.#clock = clock;
    this.#log = log;
  }

  /** A picture that is at most a second old. Throws when Redis is away. */
  async picture(): Promise<FleetPicture> {
    this.#lastAskedAtMs = this.#clock.now().getTime();
    this.#keepLooking();
    const ageMs = this.#lastAskedAtMs - (this.#newest?.at.getTime() ?? 0);
    return this.#newest !== null && ageMs < LOOK_INTERVAL_MS ? this.#newest : await this.#look();
  }

  /** Calls with every new picture until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.#keepLooking();
    return () => this.#watchers.delete(watcher);
  }

  #keepLooking(): void {
    this.#timer ??= setInterval(() => this.#lookOrRest(), LOOK_INTERVAL_MS).unref();
  }

  #lookOrRest(): void {
    const isAskedFor = this.#clock.now().getTime() - this.#lastAskedAtMs < LOOK_ON_FOR_MS;
    if (this.#watchers.size > 0 || isAskedFor) {
      this.#look().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'the fleet cannot be looked at');
        this.#tell({ kind: 'away' });
      });
      return;
    }
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#newest = null;
    this.#rates.forget();
  }

  /** A slow look is not overtaken by the next. */
  #look(): Promise<FleetPicture> {
    this.#looking ??= this.#takePicture().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #takePicture(): Promise<FleetPicture> {
    const [records, nodes] = await Promise.all([this.#liveConnections.list(), this.#liveConnections.listNodes()]);
    const at = this.#clock.now();
    this.#rates.add(at, records);
    const connections = records.map((record) => ({ record, row: liveRow(record, this.#rates.of(record)) }));
    const picture = { at, connections, nodes: nodes.map(nodeRow) };
    this.#newest = picture;
    this.#tell({ kind: 'picture', picture });
    return picture;
  }

  #tell(look: Look): void {
    for (const watcher of this.#watchers) watcher(look);
  }
}
