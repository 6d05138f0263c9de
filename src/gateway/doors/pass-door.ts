// Takes a client through the door that was chosen for it.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { Admission } from '../session/admission.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Door } from './choose-door.ts';
import type { DoorParts } from './door-parts.ts';
import { passGrantDoor } from './grant-door.ts';
import { passLinkDoor } from './link-door.ts';
import { passPasswordDoor } from './password-door.ts';
import { passReverseCodeDoor } from './reverse-code-door.ts';

/** Lists the session in the fleet. Throws the error that says why there is no admission. */
export async function passDoor(door: Door, session: LiveSession, parts: DoorParts): Promise<Admission> {
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
