import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureDevelopmentCertificates } from '../../../src/embedded/certificates/development-certificates.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOW = new Date();
const inDays = (days: number) => ({ now: () => new Date(NOW.getTime() + days * 86_400_000) });

describe('development certificates', () => {
  it('are good for this machine under every name it has', async () => {
    await using folder = await temporaryFolder();
    const { certPath, caPath } = await ensureDevelopmentCertificates({
      directory: join(folder.path, 'certs'),
      names: ['db.example.com', '192.0.2.7'],
    });
    const verify = (...options: string[]) =>
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', caPath, ...options, certPath], {
        encoding: 'utf8',
      });
    for (const name of ['localhost', hostname(), 'db.example.com']) {
      expect(verify('-purpose', 'sslserver', '-verify_hostname', name)).toContain(': OK');
    }
    for (const address of ['127.0.0.1', '::1', '192.0.2.7']) expect(verify('-verify_ip', address)).toContain(': OK');
  });

  it('have keys that only their owner can read', async () => {
    await using folder = await temporaryFolder();
    const { certPath, keyPath, caPath } = await ensureDevelopmentCertificates({ directory: folder.path, names: [] });
    expect(await modeOf(keyPath)).toBe('600');
    expect(await modeOf(join(folder.path, 'ca.key'))).toBe('600');
    expect([await modeOf(certPath), await modeOf(caPath)]).toEqual(['644', '644']);
  });

  it('stay as they are from start to start', async () => {
    await using folder = await temporaryFolder();
    await ensureDevelopmentCertificates({ directory: folder.path, names: ['a.test'] });
    const first = await contentsOf(folder.path);
    await ensureDevelopmentCertificates({ directory: folder.path, names: ['A.test'] });
    expect(await contentsOf(folder.path)).toEqual(first);
  });

  it('are renewed before they end, under the same authority and with the same keys', async () => {
    await using folder = await temporaryFolder();
    await ensureDevelopmentCertificates({ directory: folder.path, names: [] });
    const first = await contentsOf(folder.path);
    await ensureDevelopmentCertificates({ directory: folder.path, names: [], clock: inDays(334) });
    expect(await contentsOf(folder.path)).toEqual(first);
    await ensureDevelopmentCertificates({ directory: folder.path, names: [], clock: inDays(336) });
    const second = await contentsOf(folder.path);
    expect(second).toEqual({ ...first, 'server.crt': second['server.crt'] });
    expect(Date.parse(new X509Certificate(second['server.crt'] ?? '').validTo)).toBeGreaterThan(
      inDays(700).now().getTime(),
    );
  });

  it('are renewed when a name comes or goes', async () => {
    await using folder = await temporaryFolder();
    const namesAfter = async (names: readonly string[]) => {
      const { certPath } = await ensureDevelopmentCertificates({ directory: folder.path, names });
      return new X509Certificate(await readFile(certPath)).subjectAltName ?? '';
    };
    expect(await namesAfter([])).not.toContain('new.test');
    expect(await namesAfter(['new.test'])).toContain('DNS:new.test');
    expect(await namesAfter([])).not.toContain('new.test');
  });

  it('are written anew when the certificate belongs to another key', async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    const { certPath, keyPath } = await ensureDevelopmentCertificates({ directory: folder.path, names: [] });
    const foreign = await ensureDevelopmentCertificates({ directory: other.path, names: [] });
    for (const wrong of [await readFile(foreign.certPath), 'no certificate', '']) {
      await writeFile(certPath, wrong);
      await ensureDevelopmentCertificates({ directory: folder.path, names: [] });
      const certificate = new X509Certificate(await readFile(certPath));
      const ca = new X509Certificate(await readFile(join(folder.path, 'ca.crt')));
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(execFileSync('openssl', ['pkey', '-in', keyPath, '-pubout'], { encoding: 'utf8' })).toBe(
        certificate.publicKey.export({ type: 'spki', format: 'pem' }),
      );
    }
  });

  it('name the file when a key is broken, and leave it alone', async () => {
    await using folder = await temporaryFolder();
    const { keyPath } = await ensureDevelopmentCertificates({ directory: folder.path, names: [] });
    await writeFile(keyPath, 'no key');
    await expect(ensureDevelopmentCertificates({ directory: folder.path, names: [] })).rejects.toThrow(
      `${keyPath} holds no usable private key`,
    );
    expect(await readFile(keyPath, 'utf8')).toBe('no key');
  });

  it('agree when several processes make them at once', async () => {
    await using folder = await temporaryFolder();
    await Promise.all(
      Array.from({ length: 8 }, () => ensureDevelopmentCertificates({ directory: folder.path, names: [] })),
    );
    const { 'ca.crt': ca = '', 'server.crt': leaf = '' } = await contentsOf(folder.path);
    expect(new X509Certificate(leaf).verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(Object.keys(await contentsOf(folder.path))).toHaveLength(4);
  });
});

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = ['ca.crt', 'ca.key', 'server.crt', 'server.key'];
  const entries = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(entries));
}
