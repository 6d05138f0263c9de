// The target that a client names besides the database: by `options`, or by the host name that it
// dialled. For preselecting and routing only; it authorises nothing.

import type { Client } from '../client/client.ts';
import { optionHints, type TargetHints } from '../client/startup-parameters.ts';

// ids.ts: the forms of our own ids.
const COMPUTE_ID = /^ep-[a-z]+-[a-z]+-[a-z0-9]{8}$/;
const PROJECT_ID = /^[a-z]+-[a-z]+-\d{8}$/;

/** `options` take precedence over the host name, which may come with a copied connection string. */
export function targetHints({ startup, tls }: Pick<Client, 'startup' | 'tls'>): TargetHints {
  const hints = optionHints(startup);
  if (hints.project !== null || hints.endpoint !== null) return hints;
  const label = tls?.serverName?.split('.')[0]?.toLowerCase() ?? '';
  return {
    endpoint: COMPUTE_ID.test(label) ? label : null,
    project: PROJECT_ID.test(label) ? label : null,
  };
}
