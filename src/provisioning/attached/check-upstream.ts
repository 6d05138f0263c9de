// Looks at a Postgres before it is attached. Says which step failed, never what the far side said
// (docs/security.md, "Where Postern may dial").

import { z } from 'zod';
import { INSTALLATION, may } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { askUpstream } from '../../wire/dial/ask-upstream.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { connectUpstream } from '../../wire/dial/connect-upstream.ts';
import { policyOfCompute } from '../../wire/dial/dial-policy.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import type { ParsedUpstreamUrl } from '../hosts/upstream-url.ts';

export interface CheckedUpstream {
  readonly pgVersion: number;
  /** Those that the role may enter. */
  readonly databases: readonly string[];
  /** An operator attached it, so its address may lie in a private network. */
  readonly isListed: boolean;
}

const CHECK_LIMIT_MS = 20_000;
const MAX_DATABASES = 500;

const answerSchema = z.object({
  version: z.number().int().min(1).max(999),
  databases: z.array(z.string().min(1).max(63)).max(MAX_DATABASES),
});

// Qualified, so that nothing of the database's own is called.
const QUESTION = `SELECT pg_catalog.json_build_object(
  'version', pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000,
  'databases', ARRAY(
    SELECT d.datname::pg_catalog.text FROM pg_catalog.pg_database d
    WHERE d.datallowconn AND NOT d.datistemplate AND pg_catalog.has_database_privilege(d.oid, 'CONNECT')
    ORDER BY d.datname LIMIT ${MAX_DATABASES}))`;

/** Throws `attach_refused`. */
export async function checkUpstream(
  parts: ProvisioningParts,
  { actor }: AuditContext,
  { upstream, allowMd5, allowCleartext }: { upstream: ParsedUpstreamUrl; allowMd5: boolean; allowCleartext: boolean },
): Promise<CheckedUpstream> {
  const isListed = actor.kind === 'system' || may(actor, 'ops.attach_private', INSTALLATION);
  const dialPolicy = policyOfCompute(parts.dialPolicy, { ...upstream, isListed });
  const target = { ...upstream, name: upstream.host, allowMd5, allowCleartext };
  const signal = AbortSignal.timeout(CHECK_LIMIT_MS);
  try {
    const startup = new Map([
      ['application_name', 'postern attach'],
      ['client_encoding', 'UTF8'],
    ]);
    const { socket } = await connectUpstream(target, { startup, dialPolicy, signal });
    try {
      const answer = answerSchema.parse(await askUpstream(socket, QUESTION, signal));
      return { pgVersion: answer.version, databases: answer.databases, isListed };
    } finally {
      socket.destroy();
    }
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(cause: unknown): PosternError {
  if (cause instanceof UpstreamRefusal) return loginRefusal(cause);
  if (!(cause instanceof PosternError)) return new PosternError('attach_no_databases', { cause });
  switch (cause.code) {
    case 'upstream_tls':
      return new PosternError('attach_no_tls', { cause });
    case 'upstream_refused':
      return new PosternError('attach_login_refused', { cause });
    case 'upstream_authentication':
      return new PosternError('attach_authentication', { cause });
    case 'upstream_protocol':
      return new PosternError('attach_no_postgres', { cause });
    default:
      return new PosternError('attach_unreachable', { cause });
  }
}

/** An SQLSTATE is five of these characters; anything else in its place is text of the upstream. */
function loginRefusal(cause: UpstreamRefusal): PosternError {
  const { sqlstate } = cause;
  return /^[0-9A-Z]{5}$/.test(sqlstate)
    ? new PosternError('attach_login_refused_as', { params: { sqlstate }, cause })
    : new PosternError('attach_login_refused', { cause });
}
