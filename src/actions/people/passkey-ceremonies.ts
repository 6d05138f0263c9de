// What is asked of the browser to make and to use a passkey, and whether its answer is right
// (WebAuthn Level 3, 7.1 and 7.2). Knows nothing of people in the catalogue.

import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { NewPasskey, Passkey } from '../../catalogue/people/passkeys.ts';
import type { UserId } from '../../ids.ts';

/** Where passkeys are made and used: the host's name, and the origin that browsers report. */
export interface PasskeyPlace {
  readonly rpId: string;
  readonly origin: string;
}

/** An answer of the browser, with the challenge that it was given. */
export interface Answered {
  readonly place: PasskeyPlace;
  readonly challenge: string;
  readonly answer: unknown;
}

const TIMEOUT_MS = 5 * 60_000;
const MAX_TEXT = 16_384;
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

const text = z.string().max(MAX_TEXT);
const common = {
  id: text,
  rawId: text,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).catch({}),
};
const transports = z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).catch([]);
const registrationSchema = z.object({
  ...common,
  response: z.object({ clientDataJSON: text, attestationObject: text, transports }),
});
const assertionSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.nullish().transform((handle) => handle ?? undefined),
  }),
});

interface Owner {
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
}

export function registrationOptions(
  place: PasskeyPlace,
  { owner, brand, known }: { readonly owner: Owner; readonly brand: string; readonly known: readonly Passkey[] },
) {
  return generateRegistrationOptions({
    rpName: brand,
    rpID: place.rpId,
    userID: handleOf(owner.userId),
    userName: owner.email,
    userDisplayName: owner.name,
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: credentialsOf(known),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** Without `known` the browser offers every passkey that it has for the place. */
export function assertionOptions(place: PasskeyPlace, known: readonly Passkey[] = []) {
  return generateAuthenticationOptions({
    rpID: place.rpId,
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    allowCredentials: credentialsOf(known),
  });
}

/** Null for an answer that is not right. */
export async function verifiedPasskey({
  place,
  challenge,
  answer,
}: Answered): Promise<Omit<NewPasskey, 'name'> | null> {
  const parsed = registrationSchema.safeParse(answer);
  if (!parsed.success) return null;
  const response: RegistrationResponseJSON = parsed.data;
  const verified = await verifyRegistrationResponse({ response, ...expected(place, challenge) }).catch(() => null);
  if (verified === null || !verified.verified) return null;
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: credential.publicKey,
    counter: credential.counter,
    rpId: place.rpId,
    isSynced: credentialBackedUp,
    transports: credential.transports ?? [],
  };
}

/** The id by which the browser names the passkey; null for what is no answer at all. */
export function credentialIdOf(answer: unknown): string | null {
  return assertionSchema.safeParse(answer).data?.id ?? null;
}

/** The count of signatures that a right answer brings; null for one that is not right. */
export async function verifiedCount({ place, challenge, answer }: Answered, passkey: Passkey): Promise<number | null> {
  const parsed = assertionSchema.safeParse(answer);
  if (!parsed.success) return null;
  const response: AuthenticationResponseJSON = parsed.data;
  const { userHandle } = response.response;
  if (userHandle !== undefined && userHandle !== Buffer.from(passkey.userId).toString('base64url')) return null;
  const { credentialId: id, publicKey } = passkey;
  // The count is compared where it is kept (notePasskeyUse), after the signature has proved it.
  const credential = { id, publicKey: new Uint8Array(publicKey), counter: 0 };
  const verified = await verifyAuthenticationResponse({ response, credential, ...expected(place, challenge) }).catch(
    () => null,
  );
  return verified?.verified === true ? verified.authenticationInfo.newCounter : null;
}

function expected({ origin, rpId }: PasskeyPlace, challenge: string) {
  return { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: true };
}

function credentialsOf(known: readonly Passkey[]) {
  return known.map(({ credentialId: id, transports }) => ({
    id,
    transports: TRANSPORTS.filter((name) => transports.includes(name)),
  }));
}

function handleOf(userId: UserId): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(userId));
}
