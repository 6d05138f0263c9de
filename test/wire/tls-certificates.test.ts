import { createPublicKey } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { makePrivateKey, signCertificate } from '../../src/embedded/certificates/x509-certificate.ts';
import { TlsCertificates } from '../../src/wire/tls-certificates.ts';
import { makeTestCa } from '../support/certificates-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';
import { certificatesOnDisk, mountAsKubernetes } from './certificates-on-disk.ts';

const silent = pino({ level: 'silent' });

describe('the certificate for a name', () => {
  it('is the one that names it exactly, before one that names it by a wildcard', async () => {
    await using disk = await certificatesOnDisk(['default.test'], ['*.db.test'], ['eu.db.test', 'other.test']);
    expect(subjectOf(disk.certificates, 'eu.db.test')).toBe('eu.db.test');
    expect(subjectOf(disk.certificates, 'us.db.test')).toBe('*.db.test');
    expect(subjectOf(disk.certificates, 'OTHER.test')).toBe('eu.db.test');
  });

  it.each(['my_db.db.test', '_x.db.test', 'MY_DB.db.test', '-odd-.db.test', 'xn--bcher-kva.db.test'])(
    'is the wildcard for %s, whose label OpenSSL would refuse',
    async (name) => {
      await using disk = await certificatesOnDisk(['default.test'], ['*.db.test']);
      expect(subjectOf(disk.certificates, name)).toBe('*.db.test');
    },
  );

  it.each([null, '', '.db.test', 'unknown.test', 'a.b.db.test', 'db.test', '*', 'a\0b', 'x'.repeat(300)])(
    'is the first one for %j',
    async (name) => {
      await using disk = await certificatesOnDisk(['default.test'], ['*.db.test']);
      expect(subjectOf(disk.certificates, name)).toBe('default.test');
    },
  );

  it('is not found by a common name', async () => {
    await using disk = await certificatesOnDisk(['default.test'], ['other.test']);
    await disk.replace(1, await nameOnlyInSubject('only.test'));
    await disk.certificates.reload();
    expect(subjectOf(disk.certificates, 'only.test')).toBe('default.test');
    expect(subjectOf(disk.certificates, 'other.test')).toBe('default.test');
  });
});

describe('loading', () => {
  it('names the files that cannot be used', async () => {
    await using folder = await temporaryFolder();
    const ca = await makeTestCa();
    await writePair(folder.path, {
      certPem: (await ca.issue({ names: ['a.test'] })).certPem,
      keyPem: (await ca.issue({ names: ['a.test'] })).keyPem,
    });
    await expect(loadFrom(folder.path)).rejects.toThrow(join(folder.path, 'tls.crt'));
  });

  it('refuses a certificate without a key', async () => {
    const options = { certPaths: ['a.crt', 'b.crt'], keyPaths: ['a.key'], log: silent };
    await expect(TlsCertificates.load(options)).rejects.toThrow('each certificate needs its key');
  });
});

describe('changed files', () => {
  it('are taken up without a restart', async () => {
    await using disk = await certificatesOnDisk(['old.test']);
    await disk.replace(0, await disk.issue(['new.test']));
    await waitUntil(() => subjectOf(disk.certificates, null) === 'new.test', 'the new certificate is served');
    expect(disk.certificates.choose(null).der).toEqual(disk.certificates.choose(null).x509.raw);
  });

  it('are taken up when a mounted secret is swapped', async () => {
    await using folder = await temporaryFolder();
    const ca = await makeTestCa();
    for (const version of ['1', '2']) {
      await mkdir(join(folder.path, version));
      await writePair(join(folder.path, version), await ca.issue({ names: [`v${version}.test`] }));
    }
    await mountAsKubernetes(folder.path, '1');
    for (const file of ['tls.crt', 'tls.key']) await symlink(`..data/${file}`, join(folder.path, file));
    const certificates = await loadFrom(folder.path);
    try {
      expect(subjectOf(certificates, null)).toBe('v1.test');
      await mountAsKubernetes(folder.path, '2');
      await certificates.reload();
      expect(subjectOf(certificates, null)).toBe('v2.test');
    } finally {
      certificates.close();
    }
  });

  it('that do not match are refused; the old pair stays until a good one comes', async () => {
    await using disk = await certificatesOnDisk(['old.test']);
    const good = await disk.issue(['new.test']);
    await disk.replace(0, { certPem: good.certPem, keyPem: (await disk.issue(['x.test'])).keyPem });
    await disk.certificates.reload();
    await disk.certificates.reload();
    expect(subjectOf(disk.certificates, null)).toBe('old.test');
    expect(disk.logged.filter(({ level }) => level === 40)).toHaveLength(1);
    await disk.replace(0, good);
    await disk.certificates.reload();
    expect(subjectOf(disk.certificates, null)).toBe('new.test');
  });

  it('tell when the first of them ends', async () => {
    await using disk = await certificatesOnDisk(['a.test'], ['b.test']);
    const ends = [disk.certificates.choose('a.test'), disk.certificates.choose('b.test')].map(
      ({ x509 }) => x509.validTo,
    );
    expect(disk.certificates.endsAt.getTime()).toBe(Math.min(...ends.map((end) => Date.parse(end))));
  });

  it('that are missing for a while are reported once', async () => {
    await using folder = await temporaryFolder();
    const pair = await (await makeTestCa()).issue({ names: ['a.test'] });
    await writePair(folder.path, pair);
    const logged: string[] = [];
    const certificates = await loadFrom(folder.path, pino({}, { write: (line) => logged.push(line) }));
    try {
      await rm(join(folder.path, 'tls.key'));
      await certificates.reload();
      await certificates.reload();
      expect(logged).toHaveLength(1);
      expect(subjectOf(certificates, null)).toBe('a.test');
      await writePair(folder.path, pair);
      await certificates.reload();
      expect(logged).toHaveLength(2);
    } finally {
      certificates.close();
    }
  });
});

async function nameOnlyInSubject(commonName: string): Promise<{ certPem: string; keyPem: string }> {
  const privateKey = makePrivateKey();
  const certPem = await signCertificate({
    commonName,
    publicKey: createPublicKey(privateKey),
    issuer: { commonName, privateKey },
    use: { kind: 'authority' },
    validFrom: new Date(Date.now() - 1_000),
    validUntil: new Date(Date.now() + 3_600_000),
  });
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function subjectOf(certificates: TlsCertificates, name: string | null): string {
  return certificates.choose(name).x509.subject.replace('CN=', '');
}

async function writePair(folder: string, pair: { certPem: string; keyPem: string }): Promise<void> {
  await writeFile(join(folder, 'tls.crt'), pair.certPem);
  await writeFile(join(folder, 'tls.key'), pair.keyPem, { mode: 0o600 });
}

function loadFrom(folder: string, log = silent): Promise<TlsCertificates> {
  return TlsCertificates.load({
    certPaths: [join(folder, 'tls.crt')],
    keyPaths: [join(folder, 'tls.key')],
    log,
  });
}
