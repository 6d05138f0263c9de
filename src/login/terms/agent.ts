// Programs that act for a person without the person's eyes on each statement. What they say of
// themselves marks them and narrows what they get; it never widens it.

import { cleanForPage } from '../../untrusted-text.ts';

export interface AgentClaim {
  /** Lower case letters, digits and hyphens, at most 20. */
  readonly name: string;
  /** Why it wants to write, uncleaned, at most 300 characters; null: it wants to read. */
  readonly reason: string | null;
}

/** By how the application_name begins. The one list. */
const AGENTS: readonly string[] = [
  ...['claude', 'codex', 'cursor', 'aider', 'copilot', 'gemini', 'windsurf', 'cline', 'devin', 'opencode', 'goose'],
  ...['amp', 'roo-code', 'junie', 'amazon-q', 'openhands'],
];
// With a broken glass and the connection's id in 63 bytes of an application_name.
const LONGEST_NAME = 20;
const LONGEST_REASON = 300;

/** Of one that its person told us about, since it did not say so itself. */
export const UNNAMED_AGENT = 'unnamed';

/** Whom an approval, or what is remembered of it, lets act; null: its person. */
export function actingAgent(
  claim: AgentClaim | null | undefined,
  { forAgent }: { readonly forAgent?: boolean | undefined },
): AgentClaim | null {
  return claim ?? (forAgent === true ? { name: UNNAMED_AGENT, reason: null } : null);
}

/** In lists, on pages and in the trail; not cleaned. */
export function programFor(application: string | null, agentName: string): string {
  return `${application ?? 'a program'} for agent ${agentName}`;
}

/** Null for what is no agent, as far as it says. `named` is the value of `agent=`. */
export function findAgent(said: {
  readonly application: string | null;
  readonly named: string | null;
  readonly reason: string | null;
}): AgentClaim | null {
  const name = said.named === null ? findListed(said.application ?? '') : nameOf(said.named);
  if (name === null) return null;
  const reason = said.reason?.slice(0, LONGEST_REASON) ?? null;
  return { name, reason: reason === null || cleanForPage(reason).trim() === '' ? null : reason };
}

/** `claude-code/1.2` is Claude; `ampersand` is no amp. */
function findListed(application: string): string | null {
  const known = AGENTS.find((agent) => {
    const [begin, next = ''] = [application.slice(0, agent.length), application.slice(agent.length)];
    return begin.toLowerCase() === agent && !/^[a-z0-9]/i.test(next);
  });
  return known === undefined ? null : nameOf(application.split(/[\s/:;,(]/)[0] ?? known);
}

function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_NAME);
  return name === '' ? 'agent' : name;
}
