// Why a catalogue cannot be used at all, said to the operator who starts a node.

import { ConfigError } from '../../config/read-environment.ts';
import { PosternError } from '../../errors.ts';

const UNVERIFIED =
  /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT\w*|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** Throws ConfigError naming DATABASE_URL where that must change, else what the opening throws. */
export async function explainingStart<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const explanation = explainStartFailure(error);
    throw explanation === null ? error : new ConfigError([`DATABASE_URL: ${explanation}`]);
  }
}

/** A sentence with the way out; null for a failure that says enough by itself. */
function explainStartFailure(error: unknown): string | null {
  const cause = error instanceof PosternError ? error.cause : error;
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${cause.message}: use a host name that is in the certificate, or sslmode=verify-ca to check no name`;
  }
  if (UNVERIFIED.test(code)) {
    return (
      `the certificate of the server cannot be verified (${cause.message}): add sslrootcert=/path/to/authority.crt, ` +
      'or use sslmode=require to encrypt without verifying'
    );
  }
  if (/does not support SSL connections/.test(cause.message)) {
    return 'the server does not offer TLS: set it up there, or use sslmode=disable';
  }
  if (/unsupported startup parameter/.test(cause.message) || cause instanceof TransactionPooler) return POOLER;
  return null;
}

const POOLER =
  'this is a connection pooler such as PgBouncer, and the catalogue needs sessions of its own: name the Postgres ' +
  'server behind it, usually port 5432 of its machine';

/** Two sessions at a time got the same backend: neither keeps what it sets, or its locks. */
export class TransactionPooler extends Error {
  constructor() {
    super('sessions share a backend');
    this.name = 'TransactionPooler';
  }
}
