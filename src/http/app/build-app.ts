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
import { SentOnce } from '../forms/sent-once.ts';
import { ShownOnce } from '../forms/shown-once.ts';
import { operationsRoutes } from '../operations/operations-routes.ts';
import { errorHandler, unknownPath } from '../pages/error-handler.ts';
import { createPageRenderer, type PageRenderer } from '../pages/page-renderer.ts';
import { trustNetworks } from '../request/client-address.ts';
import { EventStreams } from '../request/event-streams.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { readProxyHeaders } from '../request/proxy-headers.ts';
import { loadRequestContext } from '../request/request-context.ts';
import { SessionWatch } from '../request/session-watch.ts';
import { singleSlashes } from '../request/single-slashes.ts';
import { assetRoutes, type WebAssets } from '../request/static-assets.ts';
import { requireOwnForm } from '../security/require-own-form.ts';
import { securityHeaders } from '../security/security-headers.ts';
import { confirmEmailRoutes } from '../sign-in/confirm-email-routes.ts';
import { invitationRoutes } from '../sign-in/invitation-routes.ts';
import { oidcRoutes } from '../sign-in/oidc-routes.ts';
import { recoveryRoutes } from '../sign-in/recovery-routes.ts';
import { signInRoutes } from '../sign-in/sign-in-routes.ts';
import { signUpRoutes } from '../sign-in/sign-up-routes.ts';
import { healthRoutes, type Readiness } from './health-routes.ts';
import { homeRoutes } from './home-routes.ts';
import { exceptReads, refuseOtherMethods } from './other-methods.ts';
import { requestLog, requestMetrics } from './request-log.ts';

const MAX_FORM_BYTES = 256 * 1024;
const MAX_FORM_FIELDS = 500;

export interface AppOptions {
  readonly deps: HttpDependencies;
  readonly address: PublicAddress;
  readonly assets: WebAssets;
  readonly readiness: Readiness;
  readonly mailer: Mailer;
}

/** Routes contain their whole paths, so that tests which walk the router find all of them. */
export function buildApp({ deps, address, assets, readiness, mailer }: AppOptions): Express {
  const { config, catalogue } = deps;
  const shownOnce = new ShownOnce({ redis: deps.redis, address });
  const renderer = createPageRenderer({ brand: config.brand, assets, address, shownOnce });
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const proxies = parseNetworks(config.http.trustedProxies);
  app.set('trust proxy', trustNetworks(proxies));
  app.use(requestLog(deps.log), requestMetrics(deps.metrics), securityHeaders(address), singleSlashes);
  app.use(readProxyHeaders(proxies, deps.log));
  const health = healthRoutes(readiness);
  app.use(health, refuseOtherMethods(health), assetRoutes(assets));
  app.use(neverStored, loadRequestContext({ catalogue, address }));
  const consumption = createConsumptionHistory(catalogue);
  app.use(apiAddressRoute({ config, address, renderer }));
  app.use(apiRoutes({ ...deps, address, mailer, consumption }));
  app.use(API_PREFIX, apiErrors);
  const pages = pageRoutes({ deps, mailer, renderer, address, consumption });
  const otherMethods = refuseOtherMethods(pages);
  // A form sent to a page without one is refused before its token is checked.
  app.use(exceptReads(otherMethods));
  app.use(express.urlencoded({ extended: false, limit: MAX_FORM_BYTES, parameterLimit: MAX_FORM_FIELDS }));
  const sentOnce = new SentOnce({ redis: deps.redis, address });
  app.use(sentOnce.handle, requireOwnForm(address), shownOnce.page);
  app.use(pages, otherMethods);
  app.use(unknownPath, errorHandler({ renderer, address }));
  return app;
}

interface PageParts extends Pick<AppOptions, 'deps' | 'mailer' | 'address'> {
  readonly renderer: PageRenderer;
  readonly consumption: ConsumptionHistory;
}

function pageRoutes({ deps, mailer, renderer, address, consumption }: PageParts): express.Router {
  const { config, catalogue } = deps;
  const sessions = new SessionWatch(catalogue);
  const streams = new EventStreams(sessions);
  const pages = express.Router();
  const signInParts = { deps: { ...deps, address, mailer }, renderer, address };
  pages.use(homeRoutes({ catalogue, config, address, renderer }), docsRoutes({ config, address, renderer }));
  pages.use(signInRoutes(signInParts), oidcRoutes(signInParts));
  pages.use(signUpRoutes(signInParts), invitationRoutes(signInParts));
  pages.use(recoveryRoutes(signInParts), confirmEmailRoutes(signInParts));
  const { sharedNetworks } = config.limits;
  const services = { ...deps, nodeId: catalogue.nodeId, reverseCode: config.login.reverseCode, sharedNetworks };
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
