// Ends answers that take long, such as streams and files, when the browser session that asked for
// them is over: signed out here or everywhere, or expired.

import { findLiveSessions } from '../../catalogue/accounts/browser-sessions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';

const LOOK_EVERY_MS = 2_000;
/** How long an answer goes on while the catalogue cannot say whether its session lives. */
const UNCONFIRMED_FOR_MS = 30_000;

export interface Watched {
  /** Aborts when the session is over. */
  readonly signal: AbortSignal;
  /** Call it when the answer has ended. */
  readonly release: () => void;
}

export class SessionWatch {
  readonly #catalogue: Pick<Catalogue, 'db' | 'clock'>;
  readonly #watched = new Map<AbortController, string>();
  #timer: NodeJS.Timeout | null = null;
  #confirmedAt = performance.now();

  constructor(catalogue: Pick<Catalogue, 'db' | 'clock'>) {
    this.#catalogue = catalogue;
  }

  watch(sessionId: string): Watched {
    const controller = new AbortController();
    if (this.#watched.size === 0) this.#confirmedAt = performance.now();
    this.#watched.set(controller, sessionId);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return { signal: controller.signal, release: () => this.#release(controller) };
  }

  #release(controller: AbortController): void {
    this.#watched.delete(controller);
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** One query for all answers under way. */
  async #look(): Promise<void> {
    const asked = [...this.#watched];
    const live = await findLiveSessions(this.#catalogue, [...new Set(asked.map(([, id]) => id))]).catch(() => null);
    if (live !== null) this.#confirmedAt = performance.now();
    else if (performance.now() - this.#confirmedAt < UNCONFIRMED_FOR_MS) return;
    for (const [controller, sessionId] of asked) {
      if (live?.has(sessionId)) continue;
      this.#release(controller);
      controller.abort();
    }
  }
}
