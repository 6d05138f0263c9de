// Types of the client side of SCRAM that pg ships without any; pg is pinned exactly for this file's sake.

declare module 'pg/lib/crypto/sasl.js' {
  import type { TLSSocket } from 'node:tls';

  export interface SaslSession {
    readonly mechanism: string;
    /** What to send next. */
    readonly response: string;
  }

  const sasl: {
    /** The socket is given whenever there is TLS: otherwise flag `n` gives up the detection of a downgrade. */
    startSession(mechanisms: readonly string[], stream: TLSSocket | null, maxIterations?: number): SaslSession;
    continueSession(
      session: SaslSession,
      password: string,
      serverData: string,
      stream: TLSSocket | null,
    ): Promise<void>;
    finalizeSession(session: SaslSession, serverData: string): void;
  };
  export default sasl;
}
