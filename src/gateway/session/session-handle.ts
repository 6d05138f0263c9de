// What the fleet can do with a connection of this node: ask for its counters, end it, cancel its
// query, send it a notice.

import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { EndCause, LiveConnectionHandle, LiveConnectionSnapshot } from '../../fleet/live-connection.ts';
import { noticeResponse } from '../../protocol/backend-messages.ts';
import type { Client } from '../client/client.ts';
import { operatorNotice } from '../client/link-notices.ts';
import type { FleetEntry } from './fleet-entry.ts';
import type { LiveRules } from './live-rules.ts';
import type { Relaying } from './relaying.ts';
import type { SessionEnding } from './session-ending.ts';

/** The jobs of a session that the fleet may call upon. */
interface HandledSession {
  readonly client: Client;
  readonly ending: SessionEnding;
  readonly rules: LiveRules;
  readonly relaying: Relaying | null;
  readonly entry: Pick<FleetEntry, 'rightAsOf'>;
}

export class SessionHandle implements LiveConnectionHandle {
  readonly #session: HandledSession;

  constructor(session: HandledSession) {
    this.#session = session;
  }

  get rightAsOf(): CatalogueSnapshot | null {
    return this.#session.entry.rightAsOf;
  }

  snapshot(): LiveConnectionSnapshot {
    const relay = this.#session.relaying?.relay;
    if (relay === undefined) return NOTHING_RELAYED;
    const { bytesToUpstream, bytesToClient, transactionStatus } = relay;
    return {
      bytesToUpstream,
      bytesToClient,
      transactionStatus: transactionStatus === 'unknown' ? null : transactionStatus,
    };
  }

  end(cause: EndCause): void {
    this.#session.ending.startFor(cause);
  }

  async recheck(rights?: RightsReader): Promise<void> {
    await this.#session.rules.recheck(rights);
  }

  async cancelQuery(): Promise<void> {
    await this.#session.relaying?.cancelQuery('operator');
  }

  async notify(text: string): Promise<void> {
    const { relaying, client } = this.#session;
    const report = operatorNotice(text);
    if (relaying === null) client.line.sendNotice(report);
    else await relaying.relay.inject(noticeResponse(report));
  }
}

const NOTHING_RELAYED: LiveConnectionSnapshot = { bytesToUpstream: 0, bytesToClient: 0, transactionStatus: null };
