// A client after its first packets, and how a negotiation can end.

import type { Socket } from 'node:net';
import type { PosternError } from '../../errors.ts';
import type { Locality } from '../../login/request/locality.ts';
import type { CancelKey } from '../../protocol/cancel-key.ts';
import type { ProtocolMinor, StartupMessage } from '../../protocol/startup-packet.ts';
import type { TlsFacts } from '../../wire/accept-tls.ts';
import type { ClientLine } from './client-line.ts';

/** The client's own end, or the one that a balancer's PROXY header names; normalised. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

export interface Client {
  readonly peer: Peer;
  readonly line: ClientLine;
  readonly tls: TlsFacts | null;
  readonly startup: StartupMessage;
  readonly agreedMinor: ProtocolMinor;
  /** Never throws. */
  readonly locality: () => Promise<Locality>;
}

export type GoneReason = 'client_closed' | 'deadline' | 'not_postgres' | 'tls_failed' | 'closing' | 'internal';

export type Negotiated =
  | { readonly kind: 'startup'; readonly client: Client }
  | { readonly kind: 'refused'; readonly peer: Peer; readonly line: ClientLine; readonly error: PosternError }
  /** It gets AuthenticationOk, as from Postgres; a client that stays goes on as `otherwise`. */
  | {
      readonly kind: 'probe';
      readonly peer: Peer;
      readonly line: ClientLine;
      readonly otherwise: Extract<Negotiated, { kind: 'startup' | 'refused' }>;
    }
  | { readonly kind: 'cancel'; readonly peer: Peer; readonly socket: Socket; readonly key: CancelKey }
  /** `peer` is null for a socket that was reset before it was accepted. */
  | { readonly kind: 'gone'; readonly peer: Peer | null; readonly reason: GoneReason; readonly cause?: unknown };

/** The client hung up, with or without a Terminate: nothing is sent, and it is no error. */
export class ClientGone extends Error {
  constructor(cause?: unknown) {
    super('client went away', cause === undefined ? undefined : { cause });
    this.name = 'ClientGone';
  }
}
