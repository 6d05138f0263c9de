// The web application: every layer and every route, in the order in which a request passes them.

import express, { type Express, type RequestHandler } from 'express';
import { type PublicAddress, psqlCommand } from '../../config/public-address.ts';
import type { Mailer } from '../../mail/mailer.ts';
import { type ConsumptionHistory, createConsumptionHistory } from '../../metering/frames/consumption-history.ts';
import { parseNetworks } from '../../network-address.ts';
import { apiRoutes } from '../api/api-routes.ts';
import { apiErrors } from '../api/call/api-errors.ts';
import { API_PREFIX } from '../api/call/api-route.ts';
import { approvalRoutes } from '../approval/approval-routes.ts';
import { consoleRoutes } from '../console/console-routes.ts';
import { apiAddressRoute } from '../docs/api-reference-routes.ts';
import { docsRoutes } from '../docs/docs-routes.ts';
import { readForms } from '../forms/read-forms.ts';
import { SentOnce } from '../forms/sent-once.ts';
import { ShownOnce } from '../forms/shown-once.ts';
import { consentRoutes } from '../oauth/issuer/consent-routes.ts';
import { TokenIssuer } from '../oauth/issuer/issuer.ts';
import { oauthRoutes } from '../oauth/oauth-routes.ts';
import { operationsRoutes } from '../operations/operations-routes.ts';
import { errorHandler, unknownPath } from '../pages/error-handler.ts';
import { createPageRenderer, type PageRenderer } from '../pages/page-renderer.ts';
import { boundAddresses } from '../request/bounded-addresses.ts';
import { boundHeaders } from '../request/bounded-headers.ts';
import { trustNetworks } from '../request/client-address.ts';
import { EventStreams } from '../request/event-streams.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { readProxyHeaders } from '../request/proxy-headers.ts';
import { loadRequestContext } from '../request/request-context.ts';
import { SessionWatch } from '../request/session-watch.ts';
import { singleSlashes } from '../request/single-slashes.ts';
import { assetRoutes, type WebAssets } from '../request/static-assets.ts';
import { SCIM_PREFIX } from '../scim/scim-call.ts';
import { scimRoutes } from '../scim/scim-routes.ts';
import { requireOwnForm } from '../security/require-own-form.ts';
import { securityHeaders } from '../security/security-headers.ts';
import { confirmEmailRoutes } from '../sign-in/confirm-email-routes.ts';
import { invitationRoutes } from '../sign-in/invitation-routes.ts';
import { Issuers } from '../sign-in/issuers.ts';
import { joinRoutes } from '../sign-in/join-routes.ts';
import { logoutRoutes } from '../sign-in/logout-routes.ts';
import { oidcRoutes } from '../sign-in/oidc-routes.ts';
import { passkeyRoutes } from '../sign-in/passkeys/passkey-routes.ts';
import { recoveryRoutes } from '../sign-in/recovery-routes.ts';
import { secondStepRoutes } from '../sign-in/second-step-routes.ts';
import { signInRoutes } from '../sign-in/sign-in-routes.ts';
import type { SignInParts } from '../sign-in/sign-in-steps.ts';
import { signOutRoutes } from '../sign-in/sign-out-routes.ts';
import { signUpRoutes } from '../sign-in/sign-up-routes.ts';
import { healthRoutes, type Readiness } from './health-routes.ts';
import { homeRoutes } from './home-routes.ts';
import { iconRoutes } from './icon-routes.ts';
import { exceptReads, refuseOtherMethods } from './other-methods.ts';
import { requestLog, requestMetrics } from './request-log.ts';
import { themeRoutes } from './theme-routes.ts';
import { errorsInTurn, turnsOfStrangers } from './turns-of-strangers.ts';

export interface AppOptions {
  readonly deps: HttpDependencies;
  readonly address: PublicAddress;
  readonly assets: WebAssets;
  readonly readiness: Readiness;
  readonly mailer: Mailer;
}

/** What programs ask, for whom no session speaks. */
const PLACES_OF_PROGRAMS = [API_PREFIX, SCIM_PREFIX, '/oauth', '/.well-known'];

/** Routes contain their whole paths, so that tests which walk the router find all of them. */
export function buildApp({ deps, address, assets, readiness, mailer }: AppOptions): Express {
  const { config, catalogue } = deps;
  const shownOnce = new ShownOnce({ redis: deps.redis, address });
  const renderer = createPageRenderer({ brand: config.brand, assets, address, shownOnce });
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const proxies = parseNetworks(config.http.trustedProxies);
  app.set('trust proxy', trustNetworks(proxies));
  app.use(requestLog(deps.log), requestMetrics(deps.metrics), boundHeaders, securityHeaders(address));
  app.use(boundAddresses, singleSlashes);
  app.use(readProxyHeaders({ trustedProxies: proxies, counts: config.http.proxyHeader }, deps.log));
  const health = healthRoutes(readiness);
  const icons = iconRoutes(assets, config.brand);
  app.use(health, refuseOtherMethods(health), assetRoutes(assets), icons, refuseOtherMethods(icons));
  app.use(neverStored, loadRequestContext({ catalogue, address }));
  const consumption = createConsumptionHistory(catalogue);
  const turns = turnsOfStrangers();
  app.use(PLACES_OF_PROGRAMS, turns);
  app.use(apiAddressRoute({ config, address, renderer }));
  app.use(apiRoutes({ ...deps, address, mailer, consumption }, turns));
  app.use(API_PREFIX, apiErrors);
  app.use(scimRoutes({ ...deps, address }));
  const issuers = new Issuers(config.issuers, deps.log);
  const signInParts = { deps: { ...deps, address, mailer }, renderer, address, issuers };
  const issuer = config.oauthClients.length === 0 ? null : new TokenIssuer({ deps, address, renderer });
  const oauth = oauthRoutes({ deps, address, issuer, turns });
  app.use(logoutRoutes(signInParts, turns), oauth, refuseOtherMethods(oauth));
  const pages = pageRoutes({ deps, mailer, renderer, address, consumption, signInParts });
  if (issuer !== null) pages.use(consentRoutes({ ...signInParts, issuer }));
  const otherMethods = refuseOtherMethods(pages);
  // A form sent to a page without one is refused before its token is checked.
  app.use(exceptReads(turns), exceptReads(otherMethods));
  app.use(readForms(turns));
  const sentOnce = new SentOnce({ redis: deps.redis, address });
  app.use(sentOnce.handle, requireOwnForm({ catalogue, address }), shownOnce.page);
  app.use(turns, pages, otherMethods);
  app.use(unknownPath, errorsInTurn(turns), errorHandler({ renderer, address }));
  return app;
}

interface PageParts extends Pick<AppOptions, 'deps' | 'mailer' | 'address'> {
  readonly renderer: PageRenderer;
  readonly consumption: ConsumptionHistory;
  readonly signInParts: SignInParts;
}

function pageRoutes({ deps, mailer, renderer, address, consumption, signInParts }: PageParts): express.Router {
  const { config, catalogue, loginRequests } = deps;
  const sessions = new SessionWatch(catalogue);
  const streams = new EventStreams(sessions);
  const pages = express.Router();
  pages.use(
    homeRoutes({ catalogue, config, address, renderer, loginRequests }),
    docsRoutes({ config, address, renderer }),
  );
  pages.use(themeRoutes(address));
  pages.use(signInRoutes(signInParts), signOutRoutes(signInParts), oidcRoutes(signInParts), joinRoutes(signInParts));
  pages.use(secondStepRoutes(signInParts), passkeyRoutes(signInParts));
  pages.use(signUpRoutes(signInParts), invitationRoutes(signInParts));
  pages.use(recoveryRoutes(signInParts), confirmEmailRoutes(signInParts));
  const { sharedNetworks } = config.limits;
  const { reverseCode, askTtlMs } = config.login;
  const services = { ...deps, nodeId: catalogue.nodeId, reverseCode, askTtlMs, sharedNetworks };
  const approvalParts = { ...deps, brand: config.brand, psqlCommand: psqlCommand(config, address) };
  pages.use(approvalRoutes({ ...approvalParts, services, renderer, mailer, streams, address }));
  const consoleParts = { ...deps, mailer, consumption, renderer, address, sessions };
  pages.use(consoleRoutes(consoleParts));
  pages.use(operationsRoutes({ ...consoleParts, streams }));
  return pages;
}

/** Pages contain what only their person may see, for now. */
const neverStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
