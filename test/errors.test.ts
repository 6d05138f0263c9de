import { describe, expect, it } from 'vitest';
import { isPosternError, PosternError, toPosternError } from '../src/errors.ts';

describe('an error that may leave the process', () => {
  it('has its places filled, and a question mark where nothing was given', () => {
    expect(new PosternError('refused_by_policy', { params: { address: '203.0.113.7' } }).message).toContain(
      '203.0.113.7',
    );
    expect(new PosternError('killed').hint).toBe('Reason: ?.');
  });

  it('does not fill places that a parameter brings along', () => {
    const params = { problem: '{constructor} {problem}' };
    expect(new PosternError('conflict', { params }).message).toBe('{constructor} {problem}');
  });

  it('passes as it is; any other becomes internal, with a reference and without its text', () => {
    const own = new PosternError('denied');
    expect(toPosternError(own)).toBe(own);
    const wrapped = toPosternError(new Error('password is sesame'));
    expect(isPosternError(wrapped, 'internal')).toBe(true);
    expect(wrapped.message).toMatch(/^internal error \(reference [A-Z0-9]{6}\)$/);
    expect(wrapped.message).not.toContain('sesame');
    expect(wrapped.cause).toBeInstanceOf(Error);
  });
});
