import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ErrorEntry } from '../src/error-table/error-entry.ts';
import { ERRORS } from '../src/error-table/error-table.ts';
import { type ErrorOptionsOf, isCorrectableOn, isPosternError, PosternError, toPosternError } from '../src/errors.ts';

describe('an error that may leave the process', () => {
  it('has the places of its message and hint filled', () => {
    const refused = new PosternError('refused_by_policy', { params: { address: '203.0.113.7' } });
    expect(refused.message).toBe('connections from 203.0.113.7 are not allowed');
    expect(new PosternError('killed', { params: { reason: 'maintenance' } }).hint).toBe('Reason: maintenance.');
  });

  it('does not fill places that a parameter brings along', () => {
    const params = { thing: '{constructor} {thing}' };
    expect(new PosternError('already_exists', { params }).message).toBe('{constructor} {thing} already exists');
  });

  it('passes unchanged; any other becomes internal, with a reference and no text of it', () => {
    const own = new PosternError('denied');
    expect(toPosternError(own)).toBe(own);
    const wrapped = toPosternError(new Error('password is sesame'));
    expect(isPosternError(wrapped, 'internal')).toBe(true);
    expect(wrapped.message).toMatch(/^internal error \(reference [A-Z0-9]{6}\)$/);
    expect(wrapped.message).not.toContain('sesame');
    expect(wrapped.cause).toBeInstanceOf(Error);
  });

  it('is no failure of ours on the web where too many passwords are being checked', () => {
    expect(new PosternError('passwords_busy')).toMatchObject({ code: 'rate_limited', httpStatus: 429 });
  });

  it('has the code of its entry, else the name of its entry', () => {
    expect(new PosternError('last_database').code).toBe('conflict');
    expect(new PosternError('denied').code).toBe('denied');
  });

  it('is correctable on the pages that its entry lists', () => {
    const taken = new PosternError('already_exists', { params: { thing: 'role "ann"' } });
    expect([isCorrectableOn('console', taken), isCorrectableOn('approval', taken)]).toEqual([true, false]);
    expect(isCorrectableOn('console', new Error('a defect'))).toBe(false);
  });
});

describe('the parameters of an error', () => {
  interface Cause {
    readonly cause?: unknown;
  }

  it('are the places of its message', () => {
    expectTypeOf<ErrorOptionsOf<'refused_by_policy'>>().toEqualTypeOf<
      [options: Cause & { readonly params: Readonly<{ address: string }> }]
    >();
  });

  it('are the places of its hint, too', () => {
    expectTypeOf<ErrorOptionsOf<'too_many_failures'>>().toEqualTypeOf<
      [options: Cause & { readonly params: Readonly<{ seconds: string }> }]
    >();
  });

  it('may not be given to an entry without places', () => {
    expectTypeOf<ErrorOptionsOf<'denied'>>().toEqualTypeOf<[options?: Cause]>();
  });

  it('may not be left out', () => {
    expectTypeOf<[]>().not.toExtend<ErrorOptionsOf<'refused_by_policy'>>();
    expectTypeOf<[{ params: Record<never, string> }]>().not.toExtend<ErrorOptionsOf<'refused_by_policy'>>();
  });

  it('are those of each entry when one of several is chosen', () => {
    expectTypeOf<ErrorOptionsOf<'permission_lost' | 'upstream_tls'>>().toEqualTypeOf<
      [options: Cause & { readonly params: Readonly<{ project: string; compute: string }> }]
    >();
  });
});

describe.each(Object.entries<ErrorEntry>(ERRORS))('the entry %s', (_name, entry) => {
  it('is in the style of PostgreSQL', () => {
    expect(entry.sqlstate).toMatch(/^[0-9A-Z]{5}$/);
    expect(entry.message).not.toMatch(/\.$/);
    if (entry.hint !== undefined) expect(entry.hint).toMatch(/^[A-Z].*\.$/);
  });
});
