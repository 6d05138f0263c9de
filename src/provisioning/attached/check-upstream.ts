// Looks at a Postgres before it is attached. Says which step failed, never what the far side said
// (docs/security.md, "Where Postern may dial").

import { INSTALLATION, may } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { ConnectFailure, UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { policyOfCompute } from '../../wire/dial/dial-policy.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import type { ParsedUpstreamUrl } from '../hosts/upstream-url.ts';
import { lookAtUpstream, type UpstreamLook } from './look-at-upstream.ts';

export interface CheckedUpstream extends UpstreamLook {
  /** An operator attached it, so its address may lie in a private network. */
  readonly isListed: boolean;
}

const CHECK_LIMIT_MS = 20_000;

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
    return { ...(await lookAtUpstream(target, { dialPolicy, signal })), isListed };
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(cause: unknown): PosternError {
  if (cause instanceof UpstreamRefusal) return loginRefusal(cause);
  if (!(cause instanceof PosternError)) return new PosternError('attach_no_databases', { cause });
  switch (cause.code) {
    case 'upstream_forbidden':
      return new PosternError('attach_forbidden_address', { params: { reason: cause.params.reason ?? '' }, cause });
    case 'upstream_tls':
      return new PosternError('attach_no_tls', { cause });
    case 'upstream_refused':
      if (cause.cause instanceof ConnectFailure) return unreachable(cause);
      return new PosternError('attach_login_refused', { cause });
    case 'upstream_authentication':
      return new PosternError('attach_authentication', { cause });
    case 'upstream_protocol':
      return new PosternError('attach_no_postgres', { cause });
    default:
      return unreachable(cause);
  }
}

/** Whether a port refused or was silent is not told: that would explore networks. */
function unreachable(cause: PosternError): PosternError {
  const reason = cause.cause instanceof ConnectFailure ? cause.cause.reason : null;
  if (reason === 'unknown_name') return new PosternError('attach_unknown_name', { cause });
  if (reason === 'no_password') return new PosternError('attach_no_password', { cause });
  return new PosternError('attach_unreachable', { cause });
}

/** An SQLSTATE is five of these characters; anything else in its place is text of the upstream. */
function loginRefusal(cause: UpstreamRefusal): PosternError {
  const { sqlstate } = cause;
  return /^[0-9A-Z]{5}$/.test(sqlstate)
    ? new PosternError('attach_login_refused_as', { params: { sqlstate }, cause })
    : new PosternError('attach_login_refused', { cause });
}
