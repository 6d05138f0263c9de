// Looks at a Postgres before it is attached: logs in by the gateway's own connector, then asks which databases it has.
// What it tells the person is which step failed, never what the far side said (security.md, section 7).

import pg from 'pg';
import type { AuditContext } from '../catalogue/audit-context.ts';
import { INSTALLATION, may } from '../catalogue/permissions.ts';
import { PosternError } from '../errors.ts';
import { connectUpstream, type UpstreamSession } from '../wire/connect-upstream.ts';
import type { DialPolicy } from '../wire/dial-policy.ts';
import { UpstreamRefusal } from '../wire/upstream-refusal.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import type { ParsedUpstreamUrl } from './upstream-url.ts';

export interface CheckedUpstream {
  readonly pgVersion: number;
  /** Those that the role may enter. */
  readonly databases: readonly string[];
  /** An operator attached it, so its address may lie in a private network. */
  readonly isListed: boolean;
}

export interface UpstreamToCheck {
  readonly upstream: ParsedUpstreamUrl;
  readonly allowMd5: boolean;
  readonly allowCleartext: boolean;
}

const CHECK_LIMIT_MS = 20_000;
const MAX_DATABASES = 500;

/** Throws `attach_refused`. */
export async function checkUpstream(
  parts: ProvisioningParts,
  { actor }: AuditContext,
  { upstream, allowMd5, allowCleartext }: UpstreamToCheck,
): Promise<CheckedUpstream> {
  const isListed = actor.kind === 'system' || may(actor, 'ops.attach_private', INSTALLATION);
  const dialPolicy: DialPolicy = isListed
    ? { ...parts.dialPolicy, listed: [...parts.dialPolicy.listed, { host: upstream.host, port: upstream.port }] }
    : parts.dialPolicy;
  const target = { ...upstream, name: upstream.host, allowMd5, allowCleartext };
  try {
    const session = await connectUpstream(target, {
      startup: new Map([['application_name', 'postern attach']]),
      dialPolicy,
      signal: AbortSignal.timeout(CHECK_LIMIT_MS),
    });
    try {
      return { ...(await inspect(session, upstream)), isListed };
    } finally {
      session.socket.destroy();
    }
  } catch (error) {
    throw new PosternError('attach_refused', { params: { problem: problemOf(error) }, cause: error });
  }
}

async function inspect(
  session: UpstreamSession,
  upstream: ParsedUpstreamUrl,
): Promise<Pick<CheckedUpstream, 'pgVersion' | 'databases'>> {
  const pgVersion = Number.parseInt(session.parameterStatus.get('server_version') ?? '', 10);
  const client = new pg.Client({
    // The address that was checked; the name may resolve to another one by now.
    host: session.address.address,
    port: session.address.port,
    user: upstream.user,
    password: upstream.password?.reveal() ?? '',
    database: upstream.database,
    ssl: tlsOptions(upstream),
    connectionTimeoutMillis: CHECK_LIMIT_MS,
    statement_timeout: CHECK_LIMIT_MS,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database
       WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT')
       ORDER BY datname LIMIT ${MAX_DATABASES}`,
    );
    return { pgVersion: Number.isNaN(pgVersion) ? 0 : pgVersion, databases: rows.map((row) => row.datname) };
  } finally {
    await client.end();
  }
}

function tlsOptions({ tls, host }: ParsedUpstreamUrl): pg.ClientConfig['ssl'] {
  if (tls.mode === 'disable') return false;
  const isVerified = tls.mode !== 'require' || tls.ca !== null;
  return {
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    servername: tls.serverName ?? host,
    rejectUnauthorized: isVerified,
    ...(tls.mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

function problemOf(error: unknown): string {
  if (error instanceof UpstreamRefusal) return `the server refused the login (SQLSTATE ${error.sqlstate})`;
  if (!(error instanceof PosternError)) return 'the server could not be asked for its databases';
  switch (error.code) {
    case 'upstream_tls':
      return 'the certificate of the server could not be verified';
    case 'upstream_refused':
      return 'the server refused the login';
    case 'upstream_authentication':
      return 'the server asks for an authentication method that is not allowed';
    case 'upstream_protocol':
      return 'there is no Postgres server at this address';
    default:
      return 'the server could not be reached';
  }
}
