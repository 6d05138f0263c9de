// Takes a client through the door that was chosen for it.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import type { Door } from './choose-door.ts';
import { passGrantDoor } from './grant-door.ts';
import { passLinkDoor } from './link-door.ts';
import { passPasswordDoor } from './password-door.ts';
import { passReverseCodeDoor } from './reverse-code-door.ts';

/** The right to one target; throws why there is none. From here on the session is listed in the fleet. */
export async function passDoor(door: Door, session: LiveSession, parts: GatewayParts): Promise<Passage> {
  switch (door.kind) {
    case 'cheap_answer':
      throw new PosternError('gateway_is_up');
    case 'password':
      session.standAt(door.credential.kind === 'role' ? 'role' : 'token', parts.liveConnections);
      return await passPasswordDoor(session, door.credential, parts);
    case 'reverse_code':
      session.standAt('reverse_code', parts.liveConnections);
      return await passReverseCodeDoor(session, parts);
    case 'grant':
      session.standAt('grant', parts.liveConnections);
      return (await passGrantDoor(session, door.grants, parts)) ?? (await passDoor({ kind: 'link' }, session, parts));
    case 'link':
      session.standAt('link', parts.liveConnections);
      return await passLinkDoor(session, parts);
    default:
      return assertNever(door);
  }
}
