// Sends one signed request to the audit webhook. Knows nothing of earlier deliveries or retries.

import { createHmac } from 'node:crypto';
import { withTimeLimit } from '../async/time-limit.ts';
import type { Secret } from '../secret.ts';

const RESPONSE_LIMIT_MS = 10_000;

export interface AuditWebhookTarget {
  readonly url: string;
  readonly secret: Secret;
}

/**
 * `Postern-Signature` is `v1=` and the HMAC-SHA256 (hex) of `<timestamp>.<body>`. Throws for every
 * answer but a 2xx within ten seconds.
 */
export async function sendAuditEvents(
  { url, secret }: AuditWebhookTarget,
  { lines, at, signal }: { lines: readonly string[]; at: Date; signal: AbortSignal },
): Promise<void> {
  const body = lines.map((line) => `${line}\n`).join('');
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const headers = {
    'Content-Type': 'application/x-ndjson',
    'Postern-Timestamp': timestamp,
    'Postern-Signature': `v1=${signAuditBody({ secret, timestamp, body })}`,
  };
  const response = await withTimeLimit(RESPONSE_LIMIT_MS, signal, (limited) =>
    fetch(url, { method: 'POST', body, redirect: 'error', signal: limited, headers }),
  );
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the audit webhook answered ${response.status}`);
}

/** The signature that a receiver computes and compares in constant time, as hex. */
export function signAuditBody({
  secret,
  timestamp,
  body,
}: {
  secret: Secret;
  timestamp: string;
  body: string;
}): string {
  return createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
}
