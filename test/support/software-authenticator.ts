// An authenticator without a device, for answers that no honest browser would give (WebAuthn Level
// 3, 6.1 and 6.3.3).

import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { addPasskey } from '../../src/catalogue/people/passkeys.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import type { UserId } from '../../src/ids.ts';
import { ownContext } from './second-factors-for-tests.ts';

const USER_PRESENT_AND_VERIFIED = 0x05;

export interface Assertion {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
  readonly counter: number;
  readonly flags?: number;
  readonly userHandle?: string;
}

export interface SoftwareAuthenticator {
  readonly credentialId: string;
  readonly passkeyId: string;
  /** The answer as the page's script sends it. */
  answer(assertion: Assertion): string;
}

/** A passkey of the person, registered with a count of signatures so far. */
export async function newAuthenticator(
  catalogue: Catalogue,
  { userId, rpId, counter }: { readonly userId: UserId; readonly rpId: string; readonly counter: number },
): Promise<SoftwareAuthenticator> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(16).toString('base64url');
  const passkey = {
    credentialId,
    publicKey: coseKey(publicKey),
    counter,
    rpId,
    isSynced: false,
    name: 'Key',
    transports: [],
  };
  await addPasskey(catalogue, await ownContext(catalogue, userId), { passkey, sessionId: '' });
  const rows = catalogue.db.selectFrom('passkeys').select('id').where('credential_id', '=', credentialId);
  const { id: passkeyId } = await rows.executeTakeFirstOrThrow();
  const userHandle = Buffer.from(userId).toString('base64url');
  return {
    credentialId,
    passkeyId,
    answer: (assertion) => JSON.stringify(answerOf({ userHandle, ...assertion }, { credentialId, privateKey })),
  };
}

function answerOf(
  assertion: Assertion,
  { credentialId: id, privateKey }: { readonly credentialId: string; readonly privateKey: KeyObject },
) {
  const { challenge, origin, rpId, counter, flags = USER_PRESENT_AND_VERIFIED, userHandle } = assertion;
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  const authenticatorData = Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([flags]), count]);
  const signature = createSign('sha256').update(authenticatorData).update(sha256(clientData)).sign(privateKey);
  const response = {
    clientDataJSON: clientData.toString('base64url'),
    authenticatorData: authenticatorData.toString('base64url'),
    signature: signature.toString('base64url'),
    userHandle,
  };
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
}

// RFC 9053, 7.1.1, as CBOR: kty EC2, alg ES256, crv P-256, x, y.
function coseKey(key: KeyObject): Uint8Array<ArrayBuffer> {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const parts = [
    'a5010203262001215820',
    Buffer.from(x, 'base64url').toString('hex'),
    '225820',
    Buffer.from(y, 'base64url').toString('hex'),
  ];
  return new Uint8Array(Buffer.from(parts.join(''), 'hex'));
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
