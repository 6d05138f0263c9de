// What the abuse limits count where the key is made of what a peer typed: sign-ins and passwords.

import { createHash } from 'node:crypto';
import { terminalKey } from '../network-address.ts';
import type { LimitRuleName } from './limit-rules.ts';

/** One event to count: by which rule, under which key, from which address. */
export interface Count {
  readonly rule: LimitRuleName;
  readonly key: string;
  readonly address: string;
}

export function signInCounts({ email, address }: Record<'email' | 'address', string>): [Count, Count] {
  const key = `${digest(email.trim().toLowerCase())}:${terminalKey(address)}`;
  return [
    { rule: 'sign_in_failures', key, address },
    { rule: 'sign_in_failures_of_address', key: terminalKey(address), address },
  ];
}

export function passwordCounts({ address, name }: { address: string; name: string }): Count[] {
  return [
    { rule: 'password_failures_of_address', key: terminalKey(address), address },
    { rule: 'password_failures_of_name', key: digest(name), address },
  ];
}

/** A key of bounded length for text that a peer chose. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
