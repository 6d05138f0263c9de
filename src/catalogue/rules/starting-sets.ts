// The sets of rules that an account can start from, each about all of the account.

import type { z } from 'zod';
import type { RuleSubject, ruleGrantsSchema } from '../rights/access-rule.ts';

export const STARTING_SET_NAMES = ['everyone', 'read_only', 'strict'] as const;
export type StartingSet = (typeof STARTING_SET_NAMES)[number];

interface StartingRule {
  readonly subject: Extract<RuleSubject['kind'], 'members' | 'guests' | 'account_tokens'>;
  readonly grants: z.input<typeof ruleGrantsSchema>;
}

/** `everyone` is what every new account gets (migration 0023). */
export const STARTING_SETS: Readonly<Record<StartingSet, readonly StartingRule[]>> = {
  everyone: [
    { subject: 'members', grants: {} },
    { subject: 'guests', grants: {} },
    { subject: 'account_tokens', grants: {} },
  ],
  read_only: [
    { subject: 'members', grants: { roles: 'read_only' } },
    { subject: 'guests', grants: { roles: 'read_only' } },
    { subject: 'account_tokens', grants: {} },
  ],
  strict: [],
};
