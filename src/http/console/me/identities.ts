// The person's identities at the provider: shown on the profile page and unlinked there. Linking
// begins and ends in sign-in/, since the provider is asked.

import { z } from 'zod';
import { unlinkIdentity } from '../../../actions/people/change-profile.ts';
import { listIdentities } from '../../../catalogue/accounts/own-identities.ts';
import { cleanForPage, cleanSentence } from '../../../untrusted-text.ts';
import { isSameIssuer } from '../../sign-in/issuers.ts';
import { PROFILE_PATH, provesPerson } from '../../sign-in/oidc-linking.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import { type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';

const whichSchema = z.object({ issuer: z.string().max(2_048), subject: z.string().max(1_024) });

/** Null where no provider is configured and none is linked. */
export async function identitiesView({ parts, person }: ConsoleCall) {
  const identities = await listIdentities(parts.catalogue, person.userId);
  const { issuers } = parts.config;
  if (issuers.length === 0 && identities.length === 0) return null;
  return {
    providers: issuers.map(({ key, name }) => ({ key, name })),
    rows: identities.map(({ issuer, subject, email, linkedAt }) => ({
      issuer,
      subject,
      shownIssuer: issuers.find((each) => isSameIssuer(each.issuer, issuer))?.name ?? cleanSentence(issuer),
      shownAs: cleanForPage(email ?? subject),
      linkedAt,
    })),
  };
}

export async function unlink(call: ConsoleCall): Promise<void> {
  const { parts, context, response, now } = call;
  const which = parseForm(call, whichSchema);
  if (!provesPerson(response, now)) return goTo(call, signInAgainPath(PROFILE_PATH));
  await unlinkIdentity(parts, context, which);
  goTo(call, PROFILE_PATH, 'identity_unlinked');
}
