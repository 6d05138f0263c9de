// Our own issuer of tokens for programs: oidc-provider with our store, keys and pages. It is built
// anew when the signing key changes.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Request, Response } from 'express';
import type { JWK } from 'jose';
import { SessionNotFound } from 'oidc-provider/lib/helpers/errors.js';
import { type Interaction, Provider, type ProviderContext } from 'oidc-provider/lib/provider.js';
import { MessagePage } from '../../../../web/pages/message-page.tsx';
import { currentSigningKeys } from '../../../actions/oauth/change-consents.ts';
import type { SigningKeys } from '../../../catalogue/oauth/signing-keys.ts';
import type { PublicAddress } from '../../../config/public-address.ts';
import { errorForLog } from '../../../log.ts';
import type { PageRenderer } from '../../pages/page-renderer.ts';
import type { HttpDependencies } from '../../request/http-dependencies.ts';
import { auditContextOfVisitor, contextOf } from '../../request/request-context.ts';
import { providerRequest } from './provider-request.ts';
import { providerSettings, UNUSED_COOKIE } from './provider-settings.ts';
import { providerStore } from './provider-store.ts';

/** How soon every node knows of a key that another one made; it signs days later. */
const KEYS_KEPT_MS = 60_000;

export interface IssuerParts {
  readonly deps: HttpDependencies;
  readonly address: PublicAddress;
  readonly renderer: PageRenderer;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

interface Running {
  readonly keys: SigningKeys;
  readonly provider: Provider;
  readonly handle: ReturnType<Provider['callback']>;
}

export type AnswerToRequest = Parameters<Provider['interactionResult']>[2];

export class TokenIssuer {
  readonly #parts: IssuerParts;
  readonly #exchange = new AsyncLocalStorage<Exchange>();
  #running: Promise<Running> | null = null;
  #readAgainAtMs = 0;

  constructor(parts: IssuerParts) {
    this.#parts = parts;
  }

  /** The provider's endpoints. `query`: instead of the request's own. */
  async answer(request: Request, response: Response, query?: string): Promise<void> {
    const { handle } = await this.#current();
    const asked = providerRequest(request, this.#parts.address, query);
    await this.#exchange.run({ request, response }, () => handle(asked, response));
  }

  /** By a page of ours, before the provider sees the request; `error` is one of OAuth's. */
  refuse(request: Request, response: Response, error: string): void {
    this.#sendError({ request, response }, 400, error);
  }

  async publicKeys(): Promise<readonly JWK[]> {
    return (await this.#current()).keys.published;
  }

  /** What a program asks for in this browser; null when it is over, or another browser's. */
  async findRequest({ request, response }: Exchange): Promise<Interaction | null> {
    const { provider } = await this.#current();
    try {
      const found = await provider.interactionDetails(providerRequest(request, this.#parts.address), response);
      return found.uid === request.params.uid ? found : null;
    } catch (error) {
      if (error instanceof SessionNotFound) return null;
      throw error;
    }
  }

  async answerRequest({ request, response }: Exchange, answer: AnswerToRequest): Promise<void> {
    const { provider } = await this.#current();
    await provider.interactionResult(providerRequest(request, this.#parts.address), response, answer);
  }

  #current(): Promise<Running> {
    const nowMs = performance.now();
    if (this.#running !== null && nowMs < this.#readAgainAtMs) return this.#running;
    this.#readAgainAtMs = nowMs + KEYS_KEPT_MS;
    const before = this.#running;
    const reading = this.#read(before);
    this.#running = reading;
    reading.catch(() => {
      // The next request tries again; keys that were read stay good meanwhile.
      this.#readAgainAtMs = 0;
      this.#running = before;
    });
    return reading;
  }

  async #read(before: Promise<Running> | null): Promise<Running> {
    const keys = await currentSigningKeys(this.#parts.deps);
    const old = await before?.catch(() => null);
    if (old?.keys.current.kid === keys.current.kid && old !== undefined && old !== null) return { ...old, keys };
    return this.#build(keys);
  }

  #build(keys: SigningKeys): Running {
    const { deps, address } = this.#parts;
    const { catalogue, redis, config, log } = deps;
    const store = providerStore({ catalogue, redis, asked: () => this.#asked() });
    const provider = new Provider(
      address.url,
      providerSettings({
        ...{ catalogue, keys, store, address, clientIds: config.oauthClients },
        renderError: (context, error) => this.#showError(context, error),
      }),
    );
    provider.proxy = true;
    provider.use(dropUnwanted);
    const logFailure = (error: unknown) =>
      log.error({ event: 'oauth.failed', err: errorForLog(error) }, 'an OAuth request failed');
    provider.on('server_error', (_context, error) => logFailure(error)).on('error', logFailure);
    return { keys, provider, handle: provider.callback() };
  }

  #asked() {
    const exchange = this.#exchange.getStore();
    if (exchange === undefined) throw new Error('the provider works outside of a request');
    const { request, response } = exchange;
    const userId = contextOf(response).session?.user.id ?? null;
    return { context: auditContextOfVisitor(response), path: request.path, userId };
  }

  /** Where no redirect may lead back to the program. */
  #showError(context: ProviderContext, { error }: { readonly error: string }): void {
    const exchange = this.#exchange.getStore();
    if (exchange === undefined) return;
    context.respond = false;
    this.#sendError(exchange, context.status, error);
  }

  #sendError({ request, response }: Exchange, status: number, error: string): void {
    response.status(status);
    this.#parts.renderer.send(request, response, MessagePage, {
      tone: 'stopped',
      title: 'That program can’t be let in',
      text: ERRORS_IN_WORDS.get(error) ?? 'The request is over, or cannot be read. Start again from the program.',
      reference: null,
      link: null,
    });
  }
}

const ERRORS_IN_WORDS: ReadonlyMap<string, string> = new Map([
  ['invalid_client', 'No program of that name may ask here.'],
  ['invalid_redirect_uri', 'It wants the answer at an address that it may not use. Only this machine may have it.'],
  ['unsupported_response_mode', 'It wants the answer in a way that is not offered here, only in the address it gave.'],
]);

/** No other site reads our answers, and the provider's own session is none of ours. */
async function dropUnwanted(context: ProviderContext, next: () => Promise<void>): Promise<void> {
  await next();
  for (const name of ['Allow-Origin', 'Expose-Headers']) context.remove(`Access-Control-${name}`);
  const cookies = [context.response.get('Set-Cookie') ?? []].flat();
  const kept = cookies.filter((cookie) => !cookie.startsWith(UNUSED_COOKIE));
  if (kept.length === cookies.length) return;
  if (kept.length === 0) context.remove('Set-Cookie');
  else context.set('Set-Cookie', kept);
}
