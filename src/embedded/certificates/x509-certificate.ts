// Writes X.509 certificates with ECDSA keys on P-256, which node:crypto can read but not make. Decides neither names nor
// lifetimes, and touches no file.

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { expandIpv6 } from '../../network-address.ts';
import {
  bitString,
  booleanTrue,
  der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';

export type CertificateUse =
  | { readonly kind: 'authority' }
  /** `names`: DNS names and IP addresses that the holder may be reached under. */
  | { readonly kind: 'server' | 'client'; readonly names: readonly string[] };

export interface CertificateRequest {
  /** At most 64 characters (RFC 5280, upper bounds). */
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** The holder itself for a root authority. */
  readonly issuer: { readonly commonName: string; readonly privateKey: KeyObject };
  readonly use: CertificateUse;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

// RFC 5280 4.2.1 and 4.2.1.12, RFC 5758 3.2, RFC 4519 2.3
const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

const UNCOMPRESSED_POINT_BYTES = 65;

/** A new private key on P-256. */
export function makePrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** The certificate in PEM, signed by the issuer's key. */
export function signCertificate(request: CertificateRequest): string {
  const { issuer, publicKey, validFrom, validUntil } = request;
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  // RFC 5280 4.1: TBSCertificate
  const body = sequence(
    explicit(0, integer(2)), // v3
    serialNumber(),
    algorithm,
    nameOf(issuer.commonName),
    sequence(time(validFrom), time(validUntil)),
    nameOf(request.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsOf(request))),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, issuer.privateKey)));
  const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

function extensionsOf({ use, publicKey, issuer }: CertificateRequest): Buffer[] {
  const keyIdentifiers = [
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(
      OID.authorityKeyIdentifier,
      sequence(der(contextTag(0), keyIdentifier(createPublicKey(issuer.privateKey)))),
    ),
  ];
  if (use.kind === 'authority') {
    return [
      ...keyIdentifiers,
      criticalExtension(OID.basicConstraints, sequence(booleanTrue(), integer(0))),
      criticalExtension(OID.keyUsage, bitString(Buffer.from([0b0000_0110]), 1)), // keyCertSign, cRLSign
    ];
  }
  return [
    ...keyIdentifiers,
    criticalExtension(OID.basicConstraints, sequence()),
    criticalExtension(OID.keyUsage, bitString(Buffer.from([0b1000_0000]), 7)), // digitalSignature
    extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID[use.kind]))),
    extension(OID.subjectAltName, sequence(...use.names.map(alternativeName))),
  ];
}

const contextTag = (number: number) => 0x80 | number;
const explicit = (number: number, content: Buffer) => der(0xa0 | number, content);
const extension = (oid: string, value: Buffer) => sequence(objectIdentifier(oid), octetString(value));
const criticalExtension = (oid: string, value: Buffer) =>
  sequence(objectIdentifier(oid), booleanTrue(), octetString(value));

function nameOf(commonName: string): Buffer {
  return sequence(setOf(sequence(objectIdentifier(OID.commonName), utf8String(commonName))));
}

/** RFC 5280 4.1.2.2: positive, at most 20 bytes; 126 of its bits are random. */
function serialNumber(): Buffer {
  const [first = 0, ...rest] = randomBytes(16);
  return integer((first & 0x3f) | 0x40, ...rest);
}

/** RFC 5280 4.2.1.2, method 1: SHA-1 of the key's bits. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-UNCOMPRESSED_POINT_BYTES);
  return createHash('sha1').update(point).digest();
}

/** RFC 5280 4.2.1.6: dNSName is [2], iPAddress [7]. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? der(contextTag(2), Buffer.from(name, 'ascii')) : der(contextTag(7), addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  return Buffer.from(expandIpv6(address).flatMap((group) => [group >> 8, group & 0xff]));
}
