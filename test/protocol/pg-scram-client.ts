// The client's side of SCRAM as node-postgres speaks it: an implementation that shares nothing with
// ours.

import { createRequire } from 'node:module';

interface PgScramSession {
  readonly mechanism: string;
  readonly response: string;
}

/** What node-postgres asks of a TLS socket. */
export interface CertifiedStream {
  getPeerCertificate(): { readonly raw: Buffer };
}

interface PgSasl {
  startSession(mechanisms: readonly string[], stream: CertifiedStream | null): PgScramSession;
  /** Sets the session's `response` to client-final. */
  continueSession(
    session: PgScramSession,
    password: string,
    serverFirst: string,
    stream: CertifiedStream | null,
  ): Promise<void>;
  /** Throws when the server's signature is wrong. */
  finalizeSession(session: PgScramSession, serverFinal: string): void;
}

interface PgCertificates {
  /** Name of the hash, such as `SHA-256`; throws for an algorithm that it does not know. */
  signatureAlgorithmHashFromCertificate(certificateDer: Buffer): string;
}

const require = createRequire(import.meta.url);
export const pgSasl: PgSasl = require('pg/lib/crypto/sasl.js');
export const pgCertificates: PgCertificates = require('pg/lib/crypto/cert-signatures.js');
