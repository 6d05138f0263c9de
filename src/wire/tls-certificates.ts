// The server's certificates, chosen by SNI and read again when they change, if they fit together.

import { constants, createHmac, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Log } from '../log.ts';

export interface ServerCertificate {
  readonly context: SecureContext;
  readonly der: Buffer;
  readonly x509: X509Certificate;
}

interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

interface Loaded extends ServerCertificate {
  readonly files: CertificateFiles;
  readonly modifiedAt: string;
  readonly pem: { readonly cert: Buffer; readonly key: Buffer };
}

// Mounted secrets change by swapping links, which watchers miss: times are compared.
const CHECK_INTERVAL_MS = 2_000;
// As PostgreSQL does: a client that renegotiates again and again costs much and gains nothing.
const NO_RENEGOTIATION = constants.SSL_OP_NO_RENEGOTIATION;
// Node's tls documentation, "createSecureContext".
const TICKET_KEYS_BYTES = 48;
const SESSION_ID_CONTEXT = 'postern';

export class TlsCertificates {
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #loaded: readonly Loaded[];
  /** Null: sessions are resumed where they began, until a certificate changes. */
  #ticketSecret: Buffer | null = null;

  /** The first pair is the default. Throws an Error naming the file that cannot be used. */
  static async load(options: {
    readonly certPaths: readonly string[];
    readonly keyPaths: readonly string[];
    readonly log: Log;
  }): Promise<TlsCertificates> {
    const pairs = options.certPaths.map((certPath, index) => ({ certPath, keyPath: options.keyPaths[index] ?? '' }));
    if (pairs.length === 0) throw new Error('no certificate is configured');
    if (options.keyPaths.length !== pairs.length) throw new Error('each certificate needs its key, in the same order');
    return new TlsCertificates(await Promise.all(pairs.map(loadPair)), options.log);
  }

  private constructor(loaded: readonly Loaded[], log: Log) {
    this.#loaded = loaded;
    this.#log = log;
    this.#timer = setInterval(() => void this.reload(), CHECK_INTERVAL_MS).unref();
  }

  /** Exact match, then wildcard, then the first configured one. Never throws for a name. */
  choose(serverName: string | null): ServerCertificate {
    const [first] = this.#loaded;
    if (first === undefined) throw new Error('no certificate is loaded');
    if (!this.areSeveral) return first;
    const exact = this.#loaded.find(({ x509 }) => namesHost(x509, serverName, 'exactly'));
    return exact ?? this.#loaded.find(({ x509 }) => namesHost(x509, serverName, 'by_wildcard')) ?? first;
  }

  /** Whether the name that the client asks for makes a difference. */
  get areSeveral(): boolean {
    return this.#loaded.length > 1;
  }

  /** The end of the one that ends first. */
  get endsAt(): Date {
    return new Date(Math.min(...this.#loaded.map(({ x509 }) => Date.parse(x509.validTo))));
  }

  /** Takes up changed files now instead of within two seconds. Never rejects. */
  async reload(): Promise<void> {
    const before = this.#loaded;
    const refreshed = await Promise.all(before.map((current) => this.#refreshed(current)));
    const isChanged = refreshed.some((pair, index) => pair.x509 !== before[index]?.x509);
    this.#loaded = isChanged ? this.#withTickets(refreshed) : refreshed;
  }

  /** Sessions that another process with the same secret and certificates began can be resumed. */
  useTicketSecret(secret: Buffer): void {
    this.#ticketSecret = secret;
    this.#loaded = this.#withTickets(this.#loaded);
  }

  // NOTE: with a new certificate no old session is resumed. Its client would bind its password to
  // the certificate of then.
  #withTickets(pairs: readonly Loaded[]): Loaded[] {
    if (this.#ticketSecret === null) return [...pairs];
    const hmac = createHmac('sha512', this.#ticketSecret);
    for (const { x509 } of pairs) hmac.update(x509.fingerprint512);
    const ticketKeys = hmac.digest().subarray(0, TICKET_KEYS_BYTES);
    return pairs.map((pair) => ({ ...pair, context: contextOf(pair.pem, ticketKeys) }));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #refreshed(current: Loaded): Promise<Loaded> {
    const { files } = current;
    // Taken before the files are read: a change during the reading is seen by the next check.
    const modifiedAt = await modificationTimes(files);
    if (modifiedAt === current.modifiedAt) return current;
    try {
      const fresh = { ...(await loadPair(files)), modifiedAt };
      this.#log.info(
        { event: 'tls.certificate_reloaded', certificate: files.certPath, valid_to: fresh.x509.validTo },
        'certificate reloaded',
      );
      return fresh;
    } catch (error) {
      this.#log.warn(
        { event: 'tls.certificate_refused', err: error, certificate: files.certPath },
        'changed certificate cannot be used, the old one stays',
      );
      return { ...current, modifiedAt };
    }
  }
}

/** By subject alternative names only: the common name is no host name (RFC 9525 6). */
function namesHost(x509: X509Certificate, serverName: string | null, how: 'exactly' | 'by_wildcard'): boolean {
  // OpenSSL treats a NUL as our error, and an exception in the handshake's callback would end the
  // process. It takes a leading dot for a whole domain.
  if (serverName === null || serverName.includes('\0') || serverName.startsWith('.')) return false;
  if (how === 'by_wildcard') {
    const domain = /^[^.]+\.(.+)$/.exec(serverName.toLowerCase())?.[1];
    return domain !== undefined && wildcardDomains(x509).includes(domain);
  }
  return x509.checkHost(serverName, { subject: 'never', wildcards: false }) !== undefined;
}

/** `example.com` for `*.example.com`. As libpq matches: OpenSSL refuses a label like `my_db`. */
function wildcardDomains({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName.split(', ').flatMap((name) => /^DNS:\*\.(.+)$/.exec(name)?.[1]?.toLowerCase() ?? []);
}

async function loadPair(files: CertificateFiles): Promise<Loaded> {
  const modifiedAt = await modificationTimes(files);
  try {
    const [cert, key] = await Promise.all([readFile(files.certPath), readFile(files.keyPath)]);
    // Throws when key and certificate do not belong together.
    const context = contextOf({ cert, key });
    const x509 = new X509Certificate(cert);
    return { files, modifiedAt, context, x509, der: x509.raw, pem: { cert, key } };
  } catch (error) {
    throw new Error(`certificate ${files.certPath} or key ${files.keyPath} cannot be used`, { cause: error });
  }
}

function contextOf(pem: Loaded['pem'], ticketKeys?: Buffer): SecureContext {
  const settings = {
    minVersion: 'TLSv1.2' as const,
    secureOptions: NO_RENEGOTIATION,
    // Where clients' certificates are asked for, OpenSSL resumes no session without it: it ends
    // the handshake instead. The same on every node.
    sessionIdContext: SESSION_ID_CONTEXT,
    // No authority is named to clients, and none is looked for.
    ca: [],
  };
  return createSecureContext({ ...pem, ...settings, ...(ticketKeys === undefined ? {} : { ticketKeys }) });
}

async function modificationTimes({ certPath, keyPath }: CertificateFiles): Promise<string> {
  const times = await Promise.all([modificationTime(certPath), modificationTime(keyPath)]);
  return times.join(', ');
}

async function modificationTime(path: string): Promise<string> {
  try {
    const { mtimeMs, ino, size } = await stat(path);
    return `${mtimeMs} ${ino} ${size}`;
  } catch {
    return 'unreadable';
  }
}
