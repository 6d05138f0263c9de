// What people change about their passkeys, one-time codes and recovery codes. Each is told by mail
// and signs out the person's other browsers.

import * as codes from '../../catalogue/people/one-time-codes.ts';
import * as passkeys from '../../catalogue/people/passkeys.ts';
import type { OwnContext } from '../../catalogue/people/second-factors.ts';
import { replaceOwnRecoveryCodes } from '../../catalogue/people/second-factors.ts';
import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { AccessEnders } from '../define-action.ts';
import { type Answered, verifiedPasskey } from './passkey-ceremonies.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

/** The person's browser, which stays signed in. */
type Here = { readonly sessionId: string };
/** Shown this once; null when the person has some already. */
type NewCodes = readonly Secret[] | null;

/** Throws `passkey_unusable` for an answer that is not right, `conflict`. */
export async function addPasskey(
  parts: TellingParts,
  context: OwnContext,
  { answered, name, sessionId }: Here & { readonly answered: Answered; readonly name: string },
): Promise<NewCodes> {
  const passkey = await verifiedPasskey(answered);
  if (passkey === null) throw new PosternError('passkey_unusable');
  const made = await passkeys.addPasskey(parts.catalogue, context, { passkey: { ...passkey, name }, sessionId });
  tellPerson(parts, context.actor, { kind: 'passkey_added', name });
  return made;
}

/** Ends remembered approvals and connections, too. */
export async function removePasskey(
  parts: TellingParts & AccessEnders,
  context: OwnContext,
  which: Here & { readonly passkeyId: string },
): Promise<void> {
  const { name } = await passkeys.removePasskey(parts.catalogue, context, which);
  await parts.liveConnections.endNow();
  tellPerson(parts, context.actor, { kind: 'passkey_removed', name });
}

/** A secret that waits for its first code. Throws `conflict` when codes are on. */
export async function beginOneTimeCodes({ catalogue }: Pick<TellingParts, 'catalogue'>, context: OwnContext) {
  await codes.beginOneTimeCodes(catalogue, context);
}

/** Throws `code_refused`. */
export async function confirmOneTimeCodes(
  parts: TellingParts,
  context: OwnContext,
  input: Here & { readonly code: string },
): Promise<NewCodes> {
  const made = await codes.confirmOneTimeCodes(parts.catalogue, context, input);
  tellPerson(parts, context.actor, { kind: 'one_time_codes_on' });
  return made;
}

/** Ends remembered approvals and connections, too. */
export async function endOneTimeCodes(
  parts: TellingParts & AccessEnders,
  context: OwnContext,
  here: Here,
): Promise<void> {
  await codes.endOneTimeCodes(parts.catalogue, context, here);
  await parts.liveConnections.endNow();
  tellPerson(parts, context.actor, { kind: 'one_time_codes_off' });
}

/** The earlier ones are void. Throws `conflict` without another factor. */
export async function newRecoveryCodes(
  parts: TellingParts,
  context: OwnContext,
  here: Here,
): Promise<readonly Secret[]> {
  const made = await replaceOwnRecoveryCodes(parts.catalogue, context, here);
  tellPerson(parts, context.actor, { kind: 'recovery_codes_made' });
  return made;
}
