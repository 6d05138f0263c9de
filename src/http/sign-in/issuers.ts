// The identity providers of this node: found by what an address of ours says, or by the domain of
// an e-mail.

import type { IssuerConfig } from '../../config/issuer-config.ts';
import { domainOf } from '../../config/issuer-config.ts';
import { OutgoingAgent } from '../../config/outgoing-agent.ts';
import type { Log } from '../../log.ts';
import { OidcSignIn } from './oidc-sign-in.ts';

const CALLBACK_PATH = '/sign-in/oidc/callback';

export interface Issuer {
  readonly config: IssuerConfig;
  readonly signIn: OidcSignIn;
  /** NOTE: one for each, or an answer of one issuer could be passed on to another (RFC 9207). */
  readonly callbackPath: string;
  /** Where its button leads. */
  readonly startPath: string;
}

export class Issuers {
  readonly all: readonly Issuer[];

  /** Throws an Error that names the variable of a file that cannot be used. */
  constructor(configs: readonly IssuerConfig[], log: Log) {
    this.all = configs.map((config) => {
      const agent = new OutgoingAgent(config.outgoing);
      const signIn = new OidcSignIn(config, { log, agent });
      const { key } = config;
      if (isFirst(key)) return { config, signIn, callbackPath: CALLBACK_PATH, startPath: '/sign-in/oidc?' };
      return { config, signIn, callbackPath: `${CALLBACK_PATH}/${key}`, startPath: `/sign-in/oidc?issuer=${key}&` };
    });
  }

  /** The first one for an address without a key. */
  find(key: unknown): Issuer | null {
    return this.all.find(({ config }) => config.key === (key ?? 'default')) ?? null;
  }

  /** By the domain alone, so that nothing is told of accounts. */
  findForEmail(email: string): Issuer | null {
    const domain = domainOf(email);
    return domain === null ? null : (this.all.find(({ config }) => config.domains.includes(domain)) ?? null);
  }

  /** Whether people may be sent to an issuer by their e-mail. */
  get chooseByEmail(): boolean {
    return this.all.some(({ config }) => config.domains.length > 0);
  }
}

/** Providers differ in the slash at an issuer's end. */
export function isSameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '');
}

function isFirst(key: string): boolean {
  return key === 'default';
}
