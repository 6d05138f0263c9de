// The person's security page: passkeys, one-time codes and recovery codes, each added and removed
// after a sign-in that is recent enough to prove the person.

import { z } from 'zod';
import { OneTimeCodesPage } from '../../../../web/pages/console/me/one-time-codes-page.tsx';
import { SecurityPage, type SecurityProps } from '../../../../web/pages/console/me/security-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import * as factors from '../../../actions/people/second-factors.ts';
import { findWaitingSecret } from '../../../catalogue/people/one-time-codes.ts';
import { listPasskeys } from '../../../catalogue/people/passkeys.ts';
import { findSecondFactors } from '../../../catalogue/people/second-factors.ts';
import { hasProvenFactor } from '../../../catalogue/rights/counting-relations.ts';
import { PosternError } from '../../../errors.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage, jsonOrNull } from '../../../untrusted-text.ts';
import { findPasskeyPlace } from '../../request/passkey-place.ts';
import { safeNext } from '../../request/safe-next.ts';
import { provesPerson } from '../../sign-in/oidc-linking.ts';
import { takeChallenge } from '../../sign-in/passkeys/passkey-routes.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import {
  type Again,
  type ConsoleCall,
  goTo,
  param,
  parseForm,
  queryText,
  sendConfirmation,
} from '../shell/console-call.ts';
import { meView, personView } from '../shell/open-console-view.ts';
import { qrPath } from './qr-path.ts';

const PATH = '/app/me/security';
const CODES_PATH = `${PATH}/one-time-codes`;
const passkeySchema = z.object({ name: z.string().max(256), passkey_secret: z.string().max(32_768) });

export async function showSecurity(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, now } = call;
  const [passkeys, found] = await Promise.all([
    listPasskeys(parts.catalogue.db, person.userId),
    findSecondFactors(parts.catalogue.db, person.userId),
  ]);
  parts.renderer.send(request, response, SecurityPage, {
    view: meView(call, PATH, again),
    path: PATH,
    signInAgainPath: provesPerson(response, now) ? null : signInAgainPath(onward(call, PATH)),
    onward: onwardView(call),
    place: findPasskeyPlace(request, parts.address),
    passkeys: passkeys.map(({ id, name, rpId, isSynced, createdAt, lastUsedAt }) => ({
      ...{ id, rpId, isSynced, createdAt, lastUsedAt },
      name: cleanForPage(name),
    })),
    newName: again?.typed.name ?? '',
    hasOneTimeCodes: found.hasOneTimeCodes,
    recoveryCodesLeft: found.recoveryCodesLeft,
    now,
  });
}

export const addPasskey = whenFresh(async (call) => {
  const { parts, context, request, sessionId } = call;
  const { name, passkey_secret: text } = parseForm(call, passkeySchema);
  const found = findPasskeyPlace(request, parts.address);
  if (found.kind !== 'here') throw new PosternError('passkeys_elsewhere');
  const answer = jsonOrNull(text);
  const asked = await takeChallenge(parts, { request, answer, purpose: 'register' });
  if (asked?.userId !== call.person.userId) throw new PosternError('passkey_unusable');
  const answered = { place: found.place, challenge: asked.challenge, answer };
  const codes = await factors.addPasskey(parts, context, { answered, name, sessionId });
  await showCodes(call, codes, 'passkey_added');
});

export async function askRemovePasskey(call: ConsoleCall, again?: Again): Promise<void> {
  const passkeys = await listPasskeys(call.parts.catalogue.db, call.person.userId);
  const passkey = passkeys.find(({ id }) => id === param(call, 'passkeyId'));
  if (passkey === undefined && again !== undefined) return await showSecurity(call, again);
  if (passkey === undefined) throw new PosternError('not_found', { params: { thing: 'passkey' } });
  sendConfirmation(call, {
    view: personView(call, again),
    title: `Remove the passkey ${cleanForPage(passkey.name)}?`,
    text: `It no longer signs you in. ${WHAT_ENDS}`,
    button: 'Remove passkey',
    cancelPath: PATH,
  });
}

/** Where the person was led here from; null: nowhere. */
function nextOf(call: ConsoleCall): string | null {
  const next = queryText(call, 'next');
  return next === '' ? null : safeNext(next);
}

/** The page of that path, which leads on to where the person came from as well. */
function onward(call: ConsoleCall, path: string): string {
  const next = nextOf(call);
  return next === null ? path : `${path}?next=${encodeURIComponent(next)}`;
}

function onwardView(call: ConsoleCall): SecurityProps['onward'] {
  const next = nextOf(call);
  if (next === null) return null;
  if (hasProvenFactor(call.person)) return { step: 'go_on', href: next };
  // The browser signed in before there was one, or by a provider that did not ask for it this time.
  if (call.person.hasSecondFactor) return { step: 'sign_in', href: signInAgainPath(next) };
  return { step: 'add', query: onward(call, '') };
}

const WHAT_ENDS = 'Your other browsers are signed out, and your connections and remembered approvals end.';

export const removePasskey = whenFresh(async (call) => {
  const { parts, context, sessionId } = call;
  await factors.removePasskey(parts, context, { passkeyId: param(call, 'passkeyId'), sessionId });
  goTo(call, PATH, 'passkey_removed');
});

export const beginOneTimeCodes = whenFresh(async (call) => {
  await factors.beginOneTimeCodes(call.parts, call.context);
  goTo(call, onward(call, CODES_PATH));
});

export async function showOneTimeCodes(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, now } = call;
  const { userId, email } = person;
  // The page shows a secret, so the person must have signed in lately, not only begun.
  if (!provesPerson(response, now)) return goTo(call, signInAgainPath(onward(call, CODES_PATH)));
  const waiting = await findWaitingSecret(parts.catalogue, { userId, email, brand: parts.config.brand });
  if (waiting === null) return again === undefined ? goTo(call, onward(call, PATH)) : await showSecurity(call, again);
  parts.renderer.send(request, response, OneTimeCodesPage, {
    view: personView(call, again, [
      { label: 'Security', href: PATH },
      { label: 'One-time codes', href: CODES_PATH },
    ]),
    path: onward(call, CODES_PATH),
    secret: waiting.secret.reveal().replace(/(.{4})(?=.)/g, '$1 '),
    qr: qrPath(waiting.uri.reveal()),
    uri: waiting.uri.reveal(),
  });
}

export const confirmOneTimeCodes = whenFresh(async (call) => {
  const { parts, context, sessionId } = call;
  const { code_secret: code } = parseForm(call, z.object({ code_secret: z.string().max(64) }));
  const made = await factors.confirmOneTimeCodes(parts, context, { code: code.replace(/\s/g, ''), sessionId });
  await showCodes(call, made, 'one_time_codes_on');
});

export async function askEndOneTimeCodes(call: ConsoleCall, again?: Again): Promise<void> {
  sendConfirmation(call, {
    view: personView(call, again),
    title: 'Turn off one-time codes?',
    text: `Your app’s codes no longer sign you in. ${WHAT_ENDS}`,
    button: 'Turn off',
    cancelPath: PATH,
  });
}

export const endOneTimeCodes = whenFresh(async (call) => {
  const { parts, context, sessionId } = call;
  await factors.endOneTimeCodes(parts, context, { sessionId });
  goTo(call, PATH, 'one_time_codes_off');
});

export const makeRecoveryCodes = whenFresh(async (call) => {
  const { parts, context, sessionId } = call;
  await showCodes(call, await factors.newRecoveryCodes(parts, context, { sessionId }), 'recovery_codes_made');
});

/** Recovery codes are shown this once; without new ones the page says what was done. */
async function showCodes(
  call: ConsoleCall,
  codes: readonly Secret[] | null,
  done: 'passkey_added' | 'one_time_codes_on' | 'recovery_codes_made',
): Promise<void> {
  const next = nextOf(call);
  if (codes === null) return next === null ? goTo(call, PATH, done) : goTo(call, next);
  const { parts, request, response } = call;
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: personView(call, undefined, [{ label: 'Security', href: PATH }]),
    title: 'Your recovery codes',
    lead: 'Keep them somewhere safe, on paper or in a password manager. Each signs you in once, after your password, when you don’t have your passkey or app. You won’t see them again.',
    lines: [{ label: 'Recovery codes', text: codes.map((code) => code.reveal()).join('\n') }],
    backPath: next ?? PATH,
  });
}

/** A change of how a person signs in may take over the account. */
function whenFresh(change: (call: ConsoleCall) => Promise<void>): (call: ConsoleCall) => Promise<void> {
  return async (call) => {
    if (!provesPerson(call.response, call.now)) return goTo(call, signInAgainPath(onward(call, PATH)));
    await change(call);
  };
}
