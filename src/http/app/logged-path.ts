// The part of a request's URL that may be logged: the path without its query, and without secrets
// in it.

import { createHash } from 'node:crypto';
import { isLoginRequestId } from '../../ids.ts';

// Express matches paths in any case.
const SECRET_SEGMENT = /^\/(psql_session|setup|invitations)\/([^/]+)/i;
/**
 * Something that looks like a key or token: ids have no capitals, while random bytes in base64url
 * usually have some.
 */
const MISPLACED_SECRET = /[\w-]{20,}/g;
const MAX_PATH_CHARACTERS = 256;

/**
 * `/psql_session/#1f2e3d4c` for a token: eight hex digits of its SHA-256 are enough to follow one
 * link through the log.
 */
export function loggedPath(url: string): string {
  const path = (url.split('?', 1)[0] ?? '').slice(0, MAX_PATH_CHARACTERS);
  return path
    .replace(SECRET_SEGMENT, (whole, folder: string, segment: string) =>
      isLoginRequestId(segment) ? whole : `/${folder}/#${digestPrefix(segment)}`,
    )
    .replace(MISPLACED_SECRET, (word) => (/[A-Z]/.test(word) ? `#${digestPrefix(word)}` : word));
}

function digestPrefix(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
