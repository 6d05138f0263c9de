import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { derivedSecret, Secret } from '../src/secret.ts';

describe('a secret', () => {
  const secret = new Secret('sesame');

  it.each([
    ['String()', () => String(secret)],
    ['a template', () => `${secret}`],
    ['joining', () => [secret].join()],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspection', () => inspect({ secret }, { depth: 5, showHidden: true })],
    ['its properties', () => JSON.stringify(Object.entries(secret))],
    ['an error', () => String(new Error(`wrong: ${secret}`))],
  ])('is not shown by %s', (_way, show) => {
    expect(show()).not.toContain('sesame');
  });

  it('is revealed on request', () => {
    expect(secret.reveal()).toBe('sesame');
  });

  it('derived from a key is the same each time, and another one for another purpose', () => {
    const key = new Secret(Buffer.alloc(32, 1).toString('base64'));
    const [first, again, other] = [derivedSecret(key, 'a'), derivedSecret(key, 'a'), derivedSecret(key, 'b')];
    expect(again.reveal()).toBe(first.reveal());
    expect(other.reveal()).not.toBe(first.reveal());
    expect(Buffer.from(first.reveal(), 'base64')).toHaveLength(32);
  });
});
