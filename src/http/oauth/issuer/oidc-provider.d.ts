// What we use of oidc-provider 9, which has no types of its own. Its modules are named one by one:
// the main one writes to the console on releases of Node that it does not call supported.

declare module 'oidc-provider/lib/provider.js' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** Of Koa; `oidc` is the request as the provider understands it. */
  export interface ProviderContext {
    readonly path: string;
    readonly response: { get(name: string): string | readonly string[] | undefined };
    readonly oidc: { readonly result?: { readonly consent?: unknown } };
    status: number;
    /** False: somebody else answers. */
    respond: boolean;
    set(name: string, value: string | readonly string[]): void;
    remove(name: string): void;
  }

  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresInSeconds: number): Promise<void>;
    find(id: string): Promise<Record<string, unknown> | undefined>;
    findByUid(uid: string): Promise<Record<string, unknown> | undefined>;
    findByUserCode(userCode: string): Promise<Record<string, unknown> | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface Interaction {
    readonly uid: string;
    readonly params: Readonly<Record<string, unknown>>;
    /** Where the browser goes on once it is answered. */
    readonly returnTo: string;
    readonly result?: unknown;
  }

  type Answer =
    | { readonly login: object; readonly consent: { readonly grantId: string } }
    | { readonly error: string; readonly error_description: string };

  export class Provider {
    constructor(issuer: string, settings: object);
    /** Behind a proxy that says by which scheme it was asked. */
    proxy: boolean;
    use(middleware: (context: ProviderContext, next: () => Promise<void>) => Promise<void>): this;
    on(event: 'server_error', listener: (context: ProviderContext, error: unknown) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionResult(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<string>;
  }
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  export class OIDCProviderError extends Error {
    readonly error: string;
    readonly error_description?: string;
  }
  export class InvalidGrant extends OIDCProviderError {
    constructor(detail: string);
  }
  export class SessionNotFound extends OIDCProviderError {}
}

declare module 'oidc-provider/lib/helpers/interaction_policy/index.js' {
  import type { ProviderContext } from 'oidc-provider/lib/provider.js';

  export class Check {
    constructor(reason: string, description: string, error: string, check: (context: ProviderContext) => boolean);
  }
  export class Prompt {
    constructor(prompt: { readonly name: string; readonly requestable: boolean }, ...checks: Check[]);
  }
}
