// Shared vocabulary of the benches: the compared database, its roles, and one path to it.

export interface BenchPath {
  readonly name: string;
  readonly port: number;
  /** Postern takes passwords over TLS only: in clear text a grant lets in. */
  readonly credentials: { readonly disable: Credentials; readonly require: Credentials };
  readonly database: string;
  /** Process whose memory and CPU are measured; null for the direct path. */
  readonly processId: number | null;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
  /** Of its authority. */
  readonly caPem: string;
}

export interface Started {
  readonly port: number;
  readonly processId: number;
  close(): Promise<void>;
}

export const MAX_CONNECTIONS = 700;
export const DATABASE = 'bench';
export const ROLE = 'bench';
export const PASSWORD = 'bench-password';
/** Name that all programs send, so that one grant matches them. */
export const APPLICATION = 'bench';
/** From where connections bring a PROXY header. */
export const PROXY = '127.0.0.5';
