// Signs X.509 certificates with ECDSA keys on P-256.

// NOTE: @peculiar/x509 fails to load without this polyfill, which must come first.
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, type KeyObject, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type CertificateUse =
  | { readonly kind: 'authority' }
  | { readonly kind: 'server' | 'client'; readonly names: readonly string[] };

export interface CertificateRequest {
  /** At most 64 characters (RFC 5280, upper bounds). */
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly commonName: string; readonly privateKey: KeyObject };
  readonly use: CertificateUse;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const EXTENDED_USE = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth };

export function makePrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export async function signCertificate(request: CertificateRequest): Promise<string> {
  const { commonName, issuer, validFrom, validUntil } = request;
  const publicKey = await webPublicKey(request.publicKey);
  const issuerKey = await webPublicKey(createPublicKey(issuer.privateKey));
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: [{ CN: [issuer.commonName] }],
    notBefore: validFrom,
    notAfter: validUntil,
    publicKey,
    signingKey: await webPrivateKey(issuer.privateKey),
    signingAlgorithm: { ...KEY_ALGORITHM, hash: 'SHA-256' },
    extensions: [
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuerKey),
      ...extensionsOf(request.use),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function extensionsOf(use: CertificateUse): Extension[] {
  if (use.kind === 'authority') {
    return [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ];
  }
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([EXTENDED_USE[use.kind]]),
    new SubjectAlternativeNameExtension(
      use.names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
    ),
  ];
}

function webPrivateKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const encoded = key.export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(encoded), KEY_ALGORITHM, false, ['sign']);
}

function webPublicKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const encoded = key.export({ type: 'spki', format: 'der' });
  return crypto.subtle.importKey('spki', new Uint8Array(encoded), KEY_ALGORITHM, true, ['verify']);
}
