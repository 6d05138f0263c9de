import { describe, expect, it } from 'vitest';
import { safeNext } from '../../../src/http/request/safe-next.ts';

describe('the redirect after sign-in', () => {
  it.each(['/', '/psql_session/abc', '/app/org-ocean-art-12345678/people?tab=guests', '/a//b', '/sign-info'])(
    'is the local path %s',
    (next) => {
      expect(safeNext(next)).toBe(next);
    },
  );

  it.each([
    undefined,
    null,
    ['/a', '/b'],
    '',
    'app',
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/./../../..//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/sign-in?next=/sign-in',
    '/sign-in/oidc',
    '/sign-out',
    `/${'a'.repeat(4_096)}`,
    `/?q=${'€'.repeat(1_000)}`,
  ])('is the start page for %j', (next) => {
    expect(safeNext(next)).toBe('/');
  });
});
