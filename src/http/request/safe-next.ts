// The redirect target after sign-in or a second factor: only paths of this site.

/** Long enough for a page with a form that is kept (kept-form.ts). */
export const MAX_NEXT_CHARACTERS = 4_096;
// Browsers treat backslashes as slashes, and drop control characters before parsing (WHATWG URL).
const UNSAFE = /[\\\u0000-\u0020\u007f]/;
const BASE = 'http://postern.invalid';

/** The path with its query when it is local and not a sign-in page; otherwise `/`. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || next.length > MAX_NEXT_CHARACTERS || UNSAFE.test(next)) return '/';
  if (!next.startsWith('/') || !URL.canParse(next, BASE)) return '/';
  const url = new URL(next, BASE);
  if (url.origin !== BASE || url.pathname.startsWith('//')) return '/';
  const path = `${url.pathname}${url.search}`;
  // Longer than what was given, where that had letters which an address spells out.
  return /^\/sign-(in|out)(\/|$)/.test(url.pathname) || path.length > MAX_NEXT_CHARACTERS ? '/' : path;
}

/** Opening it claims its login; behind a reference (`lr-`) is one that is claimed. */
export function isLoginLink(path: string): boolean {
  // Express ignores the case.
  return /^\/psql_session\/(?!lr-)/i.test(path);
}

/** Where a person adds the second factor that an organization asks for, and goes on from. */
export function secondFactorPath(next: string): string {
  return `/app/me/security?next=${encodeURIComponent(next)}`;
}
