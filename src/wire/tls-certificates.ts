// The server's certificates: several of them, chosen by the name that the client asks for, read again when their files
// change. A pair that does not fit together is refused and the old one kept.

import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Log } from '../log.ts';

export interface ServerCertificate {
  readonly context: SecureContext;
  /** The leaf, for channel binding. */
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

// Secrets mounted by orchestrators change by swapping links, which file watchers miss: the times are compared instead.
const CHECK_INTERVAL_MS = 2_000;

export class TlsCertificates {
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #loaded: readonly Loaded[];

  /** Loads all pairs; the first is the default. Throws an Error naming the file that cannot be used. */
  static async load(options: {
    readonly certPaths: readonly string[];
    readonly keyPaths: readonly string[];
    readonly log: Log;
  }): Promise<TlsCertificates> {
    const pairs = options.certPaths.map((certPath, index) => ({ certPath, keyPath: options.keyPaths[index] ?? '' }));
    if (pairs.length === 0) throw new Error('no certificate is configured');
    return new TlsCertificates(await Promise.all(pairs.map(loadPair)), options.log);
  }

  private constructor(loaded: readonly Loaded[], log: Log) {
    this.#loaded = loaded;
    this.#log = log;
    this.#timer = setInterval(() => void this.reload(), CHECK_INTERVAL_MS).unref();
  }

  /** The certificate that names the host, exactly or by its wildcard; else the default. */
  choose(serverName: string | null): ServerCertificate {
    const fitting = serverName === null ? undefined : this.#loaded.find(({ x509 }) => x509.checkHost(serverName));
    const chosen = fitting ?? this.#loaded[0];
    if (chosen === undefined) throw new Error('no certificate is loaded');
    return chosen;
  }

  /** Takes up changed files now instead of within two seconds. Never rejects. */
  async reload(): Promise<void> {
    this.#loaded = await Promise.all(this.#loaded.map((current) => this.#refreshed(current)));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #refreshed(current: Loaded): Promise<Loaded> {
    try {
      if ((await modificationTimes(current.files)) === current.modifiedAt) return current;
      const fresh = await loadPair(current.files);
      this.#log.info({ certificate: current.files.certPath, validTo: fresh.x509.validTo }, 'certificate reloaded');
      return fresh;
    } catch (error) {
      this.#log.warn(
        { err: error, certificate: current.files.certPath },
        'changed certificate cannot be used, the old one stays',
      );
      return { ...current, modifiedAt: await modificationTimes(current.files).catch(() => current.modifiedAt) };
    }
  }
}

async function loadPair(files: CertificateFiles): Promise<Loaded> {
  const modifiedAt = await modificationTimes(files);
  const [cert, key] = await Promise.all([readFile(files.certPath), readFile(files.keyPath)]);
  try {
    // Throws when key and certificate do not belong together.
    const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
    const x509 = new X509Certificate(cert);
    return { files, modifiedAt, context, x509, der: x509.raw };
  } catch (error) {
    throw new Error(`certificate ${files.certPath} or key ${files.keyPath} cannot be used`, { cause: error });
  }
}

async function modificationTimes({ certPath, keyPath }: CertificateFiles): Promise<string> {
  const [cert, key] = await Promise.all([stat(certPath), stat(keyPath)]);
  return `${cert.mtimeMs} ${cert.ino} ${key.mtimeMs} ${key.ino}`;
}
