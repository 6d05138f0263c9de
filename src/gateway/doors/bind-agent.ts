// What an agent's connection is bound to: its time, and its mark. That it only reads is said by the
// approval itself, as a database role.

import { AGENT_LIFE_MS } from '../../login/decide/settle-approval.ts';
import { actingAgent } from '../../login/terms/agent.ts';
import { agentOf, applicationOf } from '../client/startup-parameters.ts';
import { nameShown } from '../session/fleet-entry.ts';
import type { LiveSession } from '../session/live-session.ts';

/** Its name, or null where a person acts. `since`: when its person approved. */
export function bindAgent(
  session: LiveSession,
  approved: { readonly forAgent?: boolean | undefined },
  since: Date,
): string | null {
  const name = actingAgent(agentOf(session.client.startup), approved)?.name ?? null;
  if (name === null) return null;
  session.rules.endBy(new Date(since.getTime() + AGENT_LIFE_MS));
  markAgent(session, name);
  return name;
}

export function markAgent({ client, entry }: LiveSession, name: string | null): void {
  entry.update({ application: nameShown(applicationOf(client.startup), name) });
}
