// Chooses the door by startup packet, address and grants, and takes the client through it.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { Client } from '../client/client.ts';
import { applicationOf, namesDoor } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { findGrants } from './find-grants.ts';
import { findPasswordCredential, isAccessTokenName, type PasswordCredential } from './find-password-credential.ts';
import type { FittingGrant } from './fitting-grants.ts';
import { passForgetKeyDoor } from './forget-key-door.ts';
import { passGrantDoor } from './grant-door.ts';
import { passLinkDoor } from './link-door.ts';
import { asksForOauth, terminalOf } from './login-origin.ts';
import { askForBearer, passOauthDoor } from './oauth-door.ts';
import { passPasswordDoor } from './password-door.ts';
import { passReverseCodeDoor } from './reverse-code-door.ts';

type Door =
  /** pg_isready only asks whether the gateway is up. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'password'; readonly credential: PasswordCredential }
  /** An earlier approval is remembered; the newest grant first, at least one. */
  | { readonly kind: 'grant'; readonly grants: readonly FittingGrant[] }
  /** An approval page shows digits that this terminal must type. */
  | { readonly kind: 'reverse_code' }
  /** The client says that it has, or can get, a bearer token. */
  | { readonly kind: 'oauth' }
  /** The client wants its key to be forgotten. */
  | { readonly kind: 'forget_key' }
  | { readonly kind: 'link' };

type ChoiceParts = Pick<GatewayParts, 'catalogue' | 'config' | 'grants' | 'reverseCodes'>;

const PROBE = 'pg_isready';

/**
 * Throws `endpoint_unknown`, `project_unknown`, or `store_unavailable` when grants or reverse codes
 * cannot be read.
 */
export async function chooseDoor(client: Client, parts: ChoiceParts): Promise<Door> {
  if (applicationOf(client.startup) === PROBE) return { kind: 'probe' };
  if (asksForOauth(client)) return { kind: 'oauth' };
  if (namesDoor(client.startup, 'forget-key')) return { kind: 'forget_key' };
  // Both at once whatever the role, so that the time tells no more than the door that is chosen.
  const [credential, grants] = await Promise.all([
    findPasswordCredential(client, parts),
    isAccessTokenName(client.startup.user) ? [] : findGrants(client, parts),
  ]);
  if (credential !== null && (credential.kind !== 'unknown_role' || grants.length === 0)) {
    return { kind: 'password', credential };
  }
  if (grants.length > 0) return { kind: 'grant', grants };
  const isCodeOpen = (await parts.reverseCodes.findOpen(await terminalOf(client))).length > 0;
  return { kind: isCodeOpen ? 'reverse_code' : 'link' };
}

/** Lists the session in the fleet. Throws the error that says why there is no admission. */
export async function passDoor(door: Door, session: LiveSession, parts: GatewayParts): Promise<Admission> {
  switch (door.kind) {
    case 'probe':
      throw new PosternError('gateway_is_up');
    case 'forget_key':
      return await passForgetKeyDoor(session.client, parts);
    case 'password':
      session.register(doorNameOf(door.credential));
      return await passPasswordDoor(session, door.credential, parts);
    case 'reverse_code':
      session.register('reverse_code');
      session.advanceTo('asking');
      return await passReverseCodeDoor(session, parts);
    case 'oauth':
      return await passOauth(session, parts);
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

/** A live grant lets the client in before it asks its person anew, as libpq does each time. */
async function passOauth(session: LiveSession, parts: GatewayParts): Promise<Admission> {
  const response = await askForBearer(session, parts);
  const grants = response.kind === 'discovery' ? await findGrants(session.client, parts) : [];
  if (grants.length > 0) return await passDoor({ kind: 'grant', grants }, session, parts);
  if (response.kind !== 'discovery') session.register('oauth');
  return await passOauthDoor(session, response, parts);
}

function doorNameOf({ kind }: PasswordCredential): 'role' | 'token' {
  return kind === 'role' || kind === 'unknown_role' ? 'role' : 'token';
}
