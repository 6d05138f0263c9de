// What all parts of the bench call things: the database that is compared on, its roles, and what a way to it is.

export interface BenchPath {
  readonly name: string;
  readonly port: number;
  /** Postern takes passwords over TLS only: in clear text a grant lets in. */
  readonly credentials: { readonly disable: Credentials; readonly require: Credentials };
  readonly database: string;
  /** Whose memory is looked at; null for the direct path. */
  readonly processId: number | null;
  /** How its memory is weighed: after collecting garbage, where there is any. */
  readonly weigh: (processId: number) => Promise<number>;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
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
/** All programs call themselves this, so that one grant fits them. */
export const APPLICATION = 'bench';
