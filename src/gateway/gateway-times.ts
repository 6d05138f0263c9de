// The time limits of a connection, with their defaults (docs/protocol.md, "Time limits").
// Tests give shorter ones.

export interface GatewayTimes {
  /** From accept to the parsed StartupMessage. */
  readonly negotiationMs: number;
  /** From the ClientHello to the end of the TLS handshake, which is a few round trips. */
  readonly handshakeMs: number;
  /** From approval to ReadyForQuery, without waking the compute. */
  readonly connectMs: number;
  /** Pauses between attempts while a compute starts. */
  readonly retryPausesMs: readonly number[];
  /** For a password, a SASL step or a reverse code to arrive. */
  readonly passwordMs: number;
  /** How long a canceller's socket is held, whatever became of its key; at least, and at most. */
  readonly cancelHoldMs: { readonly shortest: number; readonly longest: number };
  /** For an upstream to take a CancelRequest and close. */
  readonly upstreamCancelMs: number;
  /** For a message boundary when a live connection is ended. */
  readonly boundaryMs: number;
  /** New connections are turned away for so long after accepting one failed. */
  readonly acceptPauseMs: number;
  /** Behind a balancer: how long a draining node still serves new connections. */
  readonly lateArrivalMs: number;
}

export const DEFAULT_TIMES: GatewayTimes = {
  negotiationMs: 15_000,
  handshakeMs: 5_000,
  connectMs: 30_000,
  retryPausesMs: [200, 400, 800, 1_600],
  passwordMs: 60_000,
  cancelHoldMs: { shortest: 100, longest: 2_000 },
  upstreamCancelMs: 5_000,
  boundaryMs: 1_000,
  acceptPauseMs: 250,
  lateArrivalMs: 5_000,
};
