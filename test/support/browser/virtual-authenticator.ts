// Chromium's virtual authenticator: a device that makes and uses passkeys without a person.

import type { CDPSession, Page } from 'playwright-core';

/** A passkey with its private key, as the device keeps it. */
interface KeptCredential {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly privateKey: string;
  readonly signCount: number;
}

export interface VirtualAuthenticator {
  /** What somebody who took over the server or the wire could send again. */
  credentials(): Promise<readonly KeptCredential[]>;
  /** From another device. */
  keep(credential: KeptCredential): Promise<void>;
  setUserVerified(isVerified: boolean): Promise<void>;
  /** The device is lost. */
  remove(): Promise<void>;
}

export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    keep: async (credential) => {
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential } });
    },
    setUserVerified: async (isUserVerified) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    remove: async () => {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}
