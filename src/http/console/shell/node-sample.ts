// The program with which node-postgres connects, ready to be run: the server's certificate is
// verified, and the password is left to PGPASSWORD.

import { AUTHORITY_PATH, type CertificateKind } from '../../../config/public-address.ts';

interface NodeSample {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly options?: string;
  readonly certificate: CertificateKind;
}

// node-postgres, "SSL": true verifies with the machine's own authorities.
export function nodeSample({ certificate, ...settings }: NodeSample): string {
  const isPublic = certificate === 'public';
  const ssl = isPublic ? 'true' : `{ ca: readFileSync('${AUTHORITY_PATH}', 'utf8') }`;
  const lines = Object.entries(settings).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`);
  return [
    ...(isPublic ? [] : ["import { readFileSync } from 'node:fs';"]),
    "import pg from 'pg';",
    '',
    'const client = new pg.Client({',
    ...lines,
    `  ssl: ${ssl},`,
    '});',
    'await client.connect();',
  ].join('\n');
}
