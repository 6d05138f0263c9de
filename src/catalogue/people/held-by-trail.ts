// Pairs the events of a person's things: what began one and what ended it. Pure.

import type { UserId } from '../../ids.ts';
import { secretIn } from '../trail/secret-subjects.ts';

export type TrailEvent = Readonly<Record<string, string | number | boolean>>;

export type HeldKind = 'browser' | 'membership' | 'share' | 'identity' | 'secret' | 'approval' | 'connection' | 'login';

export interface Held {
  readonly kind: HeldKind;
  /** The same for the thing in the catalogue and in the trail. */
  readonly key: string;
  readonly what: string;
  /** Null: before the time that is looked back. */
  readonly since: Date | null;
  /** Null: still there. */
  readonly endedAt: Date | null;
  /** Why it ended, or why it is of no use though it is there. */
  readonly how: string | null;
}

interface Whose {
  readonly userId: UserId;
  readonly email: string;
}

interface Part {
  readonly kind: HeldKind;
  readonly key: string;
  readonly what: string;
  readonly move: 'begin' | 'end';
}

export function heldByTrail(events: readonly TrailEvent[], whose: Whose): Held[] {
  const oldestFirst = [...events].sort((one, other) => String(one.at).localeCompare(String(other.at)));
  const held = new Map<string, Held>();
  for (const event of oldestFirst) {
    const at = new Date(String(event.at));
    if (event.event === 'account.removed' && event.subject === whose.email) endAll(held, at);
    const part = partOf(event, whose);
    if (part === null) continue;
    const { move, ...thing } = part;
    const known = held.get(thing.key);
    if (move === 'begin') held.set(thing.key, { ...thing, since: at, endedAt: null, how: null });
    else held.set(thing.key, { since: null, ...thing, ...known, endedAt: at, how: reasonOf(event) });
  }
  return [...held.values()];
}

/** What belonged to the person is removed with them. */
function endAll(held: Map<string, Held>, at: Date): void {
  for (const [key, thing] of held) {
    const isTold = thing.kind === 'connection' || thing.kind === 'approval';
    if (thing.endedAt === null && !isTold) held.set(key, { ...thing, endedAt: at, how: 'the person was removed' });
  }
}

function reasonOf({ reason, event }: TrailEvent): string {
  return reason === undefined ? String(event).replace('.', ' ') : String(reason);
}

function partOf(event: TrailEvent, whose: Whose): Part | null {
  const name = String(event.event);
  const subject = String(event.subject ?? '');
  const [family = ''] = name.split('.');
  switch (family) {
    case 'connection':
      return part('connection', event.connection_id, { what: placeOf(event), begins: name === 'connection.started' });
    case 'grant':
      return name === 'grant.used'
        ? null
        : part('approval', event.grant_id, { what: placeOf(event), begins: name === 'grant.created' });
    case 'login':
      return event.reason === 'signed_out'
        ? part('login', event.login_request_id, { what: 'a terminal that waited', begins: false })
        : null;
    case 'membership':
      if (subject !== whose.email || name === 'membership.changed') return null;
      return part('membership', event.account_id, {
        what: String(event.account_id),
        begins: name === 'membership.created',
      });
    case 'share':
      return part('share', event.project_id, { what: String(event.project_id), begins: name === 'share.created' });
    case 'secret':
      if (name !== 'secret.created' && name !== 'secret.revoked') return null;
      return part('secret', secretIn(subject), { what: subject, begins: name === 'secret.created' });
    case 'signout':
      return part('browser', /^browser (\S+)/.exec(subject)?.[1], { what: 'a browser', begins: false });
    default:
      return null;
  }
}

function part(
  kind: HeldKind,
  id: string | number | boolean | undefined,
  { what, begins }: { readonly what: string; readonly begins: boolean },
): Part | null {
  return id === undefined ? null : { kind, key: `${kind} ${id}`, what, move: begins ? 'begin' : 'end' };
}

function placeOf({ project_id, database, database_role }: TrailEvent): string {
  return [project_id, database, database_role].filter((name) => name !== undefined).join(' / ');
}
