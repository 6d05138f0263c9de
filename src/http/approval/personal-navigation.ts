// Distinguishes a person who opens a link from software that fetches it: prefetchers, previewers,
// frames, scripts of other sites (docs/security.md, T4). Old browsers send none of these headers
// and count as people.

import type { Request } from 'express';

export type Navigation = 'personal' | 'prefetch' | 'machine' | 'without_activation';

/** Fetch metadata: Sec-Purpose, Sec-Fetch-Dest, Sec-Fetch-Site, Sec-Fetch-User. */
export function navigationKind(request: Pick<Request, 'get' | 'method'>): Navigation {
  // Express answers HEAD with the GET handler.
  if (request.method !== 'GET') return 'machine';
  const purpose = `${request.get('sec-purpose') ?? ''} ${request.get('purpose') ?? ''}`;
  if (/prefetch|prerender|preview/.test(purpose)) return 'prefetch';
  const destination = request.get('sec-fetch-dest');
  if (destination === undefined) return 'personal';
  if (destination !== 'document') return 'machine';
  const isFromElsewhere = request.get('sec-fetch-site') === 'cross-site';
  return isFromElsewhere && request.get('sec-fetch-user') !== '?1' ? 'without_activation' : 'personal';
}
