// People with one-time codes, and the codes of their app.

import { randomBytes } from 'node:crypto';
import { TOTP } from 'otpauth';
import {
  beginOneTimeCodes,
  confirmOneTimeCodes,
  findWaitingSecret,
} from '../../src/catalogue/people/one-time-codes.ts';
import { addPasskey } from '../../src/catalogue/people/passkeys.ts';
import type { OwnContext } from '../../src/catalogue/people/second-factors.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../src/ids.ts';
import { actorOf } from './databases/catalogue-for-tests.ts';

/** The app: the code of a time, by default of now. */
export type App = (at?: Date) => string;

const STEP_MS = 30_000;

export async function ownContext(catalogue: Catalogue, userId: UserId): Promise<OwnContext> {
  return { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, userId) };
}

/** A secret that waits for its first code. */
export async function begunCodes(catalogue: Catalogue, userId: UserId): Promise<App> {
  const context = await ownContext(catalogue, userId);
  await beginOneTimeCodes(catalogue, context);
  const waiting = await findWaitingSecret(catalogue, { userId, email: 'ann@example.com', brand: 'Postern' });
  if (waiting === null) throw new Error('a secret was to wait');
  const totp = new TOTP({ secret: waiting.secret.reveal(), algorithm: 'SHA1', digits: 6, period: 30 });
  return (at = catalogue.clock.now()) => totp.generate({ timestamp: at.getTime() });
}

/** Turned on with the code of the step before this one, so that the code of now is still good. */
export async function withOneTimeCodes(catalogue: Catalogue, userId: UserId) {
  const app = await begunCodes(catalogue, userId);
  const code = app(new Date(catalogue.clock.now().getTime() - STEP_MS));
  const made = await confirmOneTimeCodes(catalogue, await ownContext(catalogue, userId), { code, sessionId: '' });
  return { app, recoveryCodes: (made ?? []).map((each) => each.reveal()) };
}

/** A passkey of which nobody has the private half. Returns its id. */
export async function withPasskey(catalogue: Catalogue, userId: UserId): Promise<string> {
  const passkey = {
    credentialId: randomBytes(16).toString('base64url'),
    publicKey: new Uint8Array(77),
    counter: 0,
    rpId: 'localhost',
    isSynced: false,
    name: 'Laptop',
    transports: [],
  };
  await addPasskey(catalogue, await ownContext(catalogue, userId), { passkey, sessionId: '' });
  const rows = catalogue.db.selectFrom('passkeys').select('id').where('credential_id', '=', passkey.credentialId);
  return (await rows.executeTakeFirstOrThrow()).id;
}
