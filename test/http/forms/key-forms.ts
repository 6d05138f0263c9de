// Forms about what programs of an account hold, and where they are told of it.

import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createOrganizationKey, createSinglePurposeKey } from '../../../src/catalogue/access/api-keys.ts';
import { addNotificationTarget } from '../../../src/catalogue/notifications/notification-targets.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { organizationForTests } from '../console/console-for-tests.ts';
import { inOrganization } from './account-forms.ts';
import { type Fill, filled } from './filled-form.ts';

function onTarget(rest: 'test' | 'remove'): Fill {
  return async (web) => {
    const { admin, base, organization } = await organizationForTests(web);
    const { target } = await addNotificationTarget(web.catalogue, await actingAs(web.catalogue, admin), {
      ...{ accountId: organization.id, name: 'Operations', format: 'slack' },
      ...{ url: 'https://hooks.example/postern', classes: ['access_requests'] },
    });
    return await filled(admin, `${base}/settings/notifications/${target.id}/${rest}`);
  };
}

export const KEY_FORMS: Readonly<Record<string, Fill>> = {
  '/app/:accountId/api-keys': inOrganization('/api-keys', { name: 'deploy' }),
  '/app/:accountId/api-keys/:keyId/revoke': async (web) => {
    const { organization, admin, base } = await organizationForTests(web);
    const asAdmin = await actingAs(web.catalogue, admin);
    const wanted = { accountId: organization.id, name: 'deploy' };
    const { apiKey } = await createOrganizationKey(web.catalogue, asAdmin, wanted);
    return await filled(admin, `${base}/api-keys/${apiKey.id}/revoke`);
  },
  '/app/:accountId/access-tokens/new': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const choice = { compute_id: warehouse.compute.id, access: 'read_write', days: '7', max_connections: '5' };
    return await filled(admin, `${base}/access-tokens/new`, { name: 'nightly', ...choice });
  },
  '/app/:accountId/access-tokens/trust': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const choice = { compute_id: warehouse.compute.id, access: 'read_only', longest: '15m', max_connections: '5' };
    const workload = { issuer: 'https://ci.example', audience: 'pg', conditions: 'repository=acme/shop' };
    return await filled(admin, `${base}/access-tokens/trust`, { name: 'deploys', ...choice, ...workload });
  },
  '/app/:accountId/access-tokens/:tokenId/revoke': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const wanted = { computeId: warehouse.compute.id, access: 'read_write', name: 'ci', owner: 'account' } as const;
    const asAdmin = await actingAs(web.catalogue, admin);
    const { accessToken } = await createAccessToken(web.catalogue, asAdmin, wanted);
    return await filled(admin, `${base}/access-tokens/${accessToken.id}/revoke`);
  },
  '/app/:accountId/settings/notifications': inOrganization('/settings/notifications', {
    ...{ name: 'Operations', format: 'json', url: 'https://hooks.example/postern', classes: 'access_requests' },
  }),
  '/app/:accountId/settings/notifications/:targetId/test': onTarget('test'),
  '/app/:accountId/settings/notifications/:targetId/remove': onTarget('remove'),
  '/app/:accountId/people/provisioning': inOrganization('/people/provisioning', { name: 'Okta' }),
  '/app/:accountId/people/provisioning/keys/:keyId/revoke': async (web) => {
    const { admin, base, organization } = await organizationForTests(web);
    const wanted = { accountId: organization.id, name: 'Okta', kind: 'scim' } as const;
    const { apiKey } = await createSinglePurposeKey(web.catalogue, await actingAs(web.catalogue, admin), wanted);
    return await filled(admin, `${base}/people/provisioning/keys/${apiKey.id}/revoke`);
  },
};
