// Certificates in files of a test's own, as the operator of a gateway has them.

import { rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { TlsCertificates } from '../../src/wire/tls-certificates.ts';
import { makeTestCa, type TestCertificate } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface CertificatesOnDisk extends AsyncDisposable {
  readonly certificates: TlsCertificates;
  readonly caPem: string;
  /** Lines of the log, parsed. */
  readonly logged: Record<string, unknown>[];
  /** Replaces the pair of that index on disk, each file in one step. */
  replace(index: number, pair: TestCertificate): Promise<void>;
  issue(names: readonly string[]): Promise<TestCertificate>;
  /** As another node has them. */
  reopen(): Promise<TlsCertificates>;
}

/** One pair per list of names. */
export async function certificatesOnDisk(...namesOfEach: readonly (readonly string[])[]): Promise<CertificatesOnDisk> {
  const folder = await temporaryFolder();
  const ca = await makeTestCa();
  const certPath = (index: number) => join(folder.path, `${index}.crt`);
  const keyPath = (index: number) => join(folder.path, `${index}.key`);
  const replace = async (index: number, { certPem, keyPem }: TestCertificate) => {
    await writeFile(join(folder.path, 'new'), certPem);
    await rename(join(folder.path, 'new'), certPath(index));
    await writeFile(join(folder.path, 'new'), keyPem, { mode: 0o600 });
    await rename(join(folder.path, 'new'), keyPath(index));
  };
  for (const [index, names] of namesOfEach.entries()) await replace(index, await ca.issue({ names }));
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) });
  const reopen = () =>
    TlsCertificates.load({
      certPaths: namesOfEach.map((_names, index) => certPath(index)),
      keyPaths: namesOfEach.map((_names, index) => keyPath(index)),
      log,
    });
  const certificates = await reopen();
  return {
    certificates,
    caPem: ca.caPem,
    logged,
    replace,
    reopen,
    issue: (names) => ca.issue({ names }),
    [Symbol.asyncDispose]: async () => {
      certificates.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/**
 * A secret's files as Kubernetes mounts them: `tls.crt` → `..data/tls.crt`, and `..data` is
 * swapped.
 */
export async function mountAsKubernetes(folder: string, version: string): Promise<void> {
  await symlink(version, join(folder, `..data-${version}`));
  await rename(join(folder, `..data-${version}`), join(folder, '..data'));
}
