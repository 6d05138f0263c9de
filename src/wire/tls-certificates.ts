// The server's certificates, chosen by SNI and read again when they change, if they fit together.

import { constants, X509Certificate } from 'node:crypto';
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
}

// Mounted secrets change by swapping links, which watchers miss: times are compared.
const CHECK_INTERVAL_MS = 2_000;
// As PostgreSQL does: a client that renegotiates again and again costs much and gains nothing.
const NO_RENEGOTIATION = constants.SSL_OP_NO_RENEGOTIATION;

export class TlsCertificates {
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #loaded: readonly Loaded[];

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
    const exact = this.#loaded.find(({ x509 }) => namesHost(x509, serverName, 'exactly'));
    const chosen = exact ?? this.#loaded.find(({ x509 }) => namesHost(x509, serverName, 'by_wildcard'));
    const [first] = this.#loaded;
    if (first === undefined) throw new Error('no certificate is loaded');
    return chosen ?? first;
  }

  /** The end of the one that ends first. */
  get endsAt(): Date {
    return new Date(Math.min(...this.#loaded.map(({ x509 }) => Date.parse(x509.validTo))));
  }

  /** Takes up changed files now instead of within two seconds. Never rejects. */
  async reload(): Promise<void> {
    this.#loaded = await Promise.all(this.#loaded.map((current) => this.#refreshed(current)));
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
    const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2', secureOptions: NO_RENEGOTIATION });
    const x509 = new X509Certificate(cert);
    return { files, modifiedAt, context, x509, der: x509.raw };
  } catch (error) {
    throw new Error(`certificate ${files.certPath} or key ${files.keyPath} cannot be used`, { cause: error });
  }
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
