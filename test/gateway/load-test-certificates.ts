// The certificates of a gateway under test, from files, as a node loads them.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { TlsCertificates } from '../../src/wire/tls-certificates.ts';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What ends with them is added to `closers`. */
export async function loadTestCertificates(closers: Array<() => unknown>) {
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: ['localhost', '*.pg.example.com', '127.0.0.1'] });
  const folder = await temporaryFolder();
  const [certPath, keyPath] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await Promise.all([writeFile(certPath, certPem), writeFile(keyPath, keyPem)]);
  const loaded = await TlsCertificates.load({
    certPaths: [certPath],
    keyPaths: [keyPath],
    log: pino({ level: 'silent' }),
  });
  closers.push(
    () => folder[Symbol.asyncDispose](),
    () => loaded.close(),
  );
  return { loaded, caPem: ca.caPem };
}
