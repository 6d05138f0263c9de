// Chooses the door by startup packet, address and grants, and takes the client through it.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import { ofOnePerson } from '../../login/grant/terminal-sharing.ts';
import type { Client } from '../client/client.ts';
import { applicationOf } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { findPasswordCredential, type PasswordCredential } from './find-password-credential.ts';
import { type FittingGrant, fittingGrants } from './fitting-grants.ts';
import { passGrantDoor } from './grant-door.ts';
import { passLinkDoor } from './link-door.ts';
import { databaseWish, terminalOf } from './login-origin.ts';
import { passPasswordDoor } from './password-door.ts';
import { passReverseCodeDoor } from './reverse-code-door.ts';

type Door =
  /** pg_isready only asks whether the gateway is up. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'password'; readonly credential: PasswordCredential }
  /** An approval page shows digits that this terminal must type. */
  | { readonly kind: 'reverse_code' }
  /** An earlier approval is remembered; the newest grant first, at least one. */
  | { readonly kind: 'grant'; readonly grants: readonly FittingGrant[] }
  | { readonly kind: 'link' };

const PROBE = 'pg_isready';

/** Throws `store_unavailable` when grants or reverse codes cannot be read. */
export async function chooseDoor(
  client: Client,
  parts: Pick<GatewayParts, 'catalogue' | 'config' | 'grants' | 'reverseCodes'>,
): Promise<Door> {
  if (applicationOf(client.startup) === PROBE) return { kind: 'probe' };
  const credential = await findPasswordCredential(client, parts);
  if (credential !== null) return { kind: 'password', credential };
  const terminal = await terminalOf(client);
  if ((await parts.reverseCodes.findOpen(terminal)).length > 0) return { kind: 'reverse_code' };
  const { requestedDatabase, strength } = databaseWish(client);
  const found = await parts.grants.findMatching({
    ...terminal,
    requestedDatabase: strength === 'none' ? null : requestedDatabase,
  });
  const { catalogue, config } = parts;
  const own = await ofOnePerson({ catalogue, reverseCode: config.login.reverseCode }, terminal, found);
  const grants = await fittingGrants(client, own, catalogue);
  return grants.length > 0 ? { kind: 'grant', grants } : { kind: 'link' };
}

/** Lists the session in the fleet. Throws the error that says why there is no admission. */
export async function passDoor(door: Door, session: LiveSession, parts: GatewayParts): Promise<Admission> {
  switch (door.kind) {
    case 'probe':
      throw new PosternError('gateway_is_up');
    case 'password':
      session.register(door.credential.kind === 'role' ? 'role' : 'token');
      return await passPasswordDoor(session, door.credential, parts);
    case 'reverse_code':
      session.register('reverse_code');
      return await passReverseCodeDoor(session, parts);
    case 'grant':
      session.register('grant');
      return (await passGrantDoor(session, door.grants, parts)) ?? (await passDoor({ kind: 'link' }, session, parts));
    case 'link':
      session.register('link');
      return await passLinkDoor(session, parts);
    default:
      return assertNever(door);
  }
}
