// The channel binding of a TLS server: a hash of its certificate. Source: RFC 5929 4.1.

import { createHash } from 'node:crypto';

/** What a SCRAM exchange can be bound to; `none` means that -PLUS is not offered. */
export type ChannelBinding =
  | { readonly kind: 'tls-server-end-point'; readonly data: Buffer }
  | { readonly kind: 'none' };

const DER_SEQUENCE = 0x30;
const DER_OBJECT_IDENTIFIER = 0x06;

// Signature algorithms by the DER bytes of their object identifier; MD5 and SHA-1 count as SHA-256.
const HASH_OF_SIGNATURE = new Map([
  ['2a864886f70d010104', 'sha256'], // md5WithRSAEncryption
  ['2a864886f70d010105', 'sha256'], // sha1WithRSAEncryption
  ['2a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['2a864886f70d01010c', 'sha384'], // sha384WithRSAEncryption
  ['2a864886f70d01010d', 'sha512'], // sha512WithRSAEncryption
  ['2a864886f70d01010e', 'sha224'], // sha224WithRSAEncryption
  ['2a8648ce3d0401', 'sha256'], // ecdsa-with-SHA1
  ['2a8648ce3d040301', 'sha224'], // ecdsa-with-SHA224
  ['2a8648ce3d040302', 'sha256'], // ecdsa-with-SHA256
  ['2a8648ce3d040303', 'sha384'], // ecdsa-with-SHA384
  ['2a8648ce3d040304', 'sha512'], // ecdsa-with-SHA512
]);

/** `none` for Ed25519 and RSA-PSS, to which many clients cannot bind and then would fail. */
export function tlsServerEndPoint(certificateDer: Buffer): ChannelBinding {
  const algorithm = signatureAlgorithm(certificateDer);
  const hash = algorithm === null ? undefined : HASH_OF_SIGNATURE.get(algorithm.toString('hex'));
  if (hash === undefined) return { kind: 'none' };
  return { kind: 'tls-server-end-point', data: createHash(hash).update(certificateDer).digest() };
}

// RFC 5280 4.1: Certificate is tbsCertificate, signatureAlgorithm { algorithm, … }, signature.
function signatureAlgorithm(certificateDer: Buffer): Buffer | null {
  const certificate = readDer(certificateDer, DER_SEQUENCE);
  const signedPart = certificate && readDer(certificate.content, DER_SEQUENCE);
  const algorithm = signedPart && readDer(signedPart.rest, DER_SEQUENCE);
  return (algorithm && readDer(algorithm.content, DER_OBJECT_IDENTIFIER))?.content ?? null;
}

function readDer(bytes: Buffer, tag: number): { readonly content: Buffer; readonly rest: Buffer } | null {
  const shortLength = bytes[1];
  if (bytes[0] !== tag || shortLength === undefined) return null;
  const lengthBytes = shortLength < 0x80 ? 0 : shortLength & 0x7f;
  const start = 2 + lengthBytes;
  if (lengthBytes > 4 || bytes.length < start) return null;
  const length = lengthBytes === 0 ? shortLength : bytes.readUIntBE(2, lengthBytes);
  if (bytes.length - start < length) return null;
  return { content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}
