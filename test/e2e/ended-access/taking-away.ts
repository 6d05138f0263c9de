// Every kind of change that takes something away, as a person or a program makes it at a node, with
// what a psql logs in with that rests on it. Each has people and a project of its own, so that none
// disturbs another.

import { addOrganization } from '../../support/databases/catalogue-for-tests.ts';
import { PASSWORD } from '../../support/nodes/postern-for-tests.ts';
import {
  addPerson,
  call,
  developer,
  hostedRole,
  keyOf,
  type Login,
  type NodeAddress,
  organization,
  type Scene,
  tokenOf,
} from './node-scene.ts';

/** What psql logs in with, and the change that takes it away, made at another node. */
export interface Resting {
  readonly login: Login;
  readonly takeAway: (at: NodeAddress) => Promise<unknown>;
}

interface TakingAway {
  readonly what: string;
  readonly prepare: (scene: Scene) => Promise<Resting>;
}

const POLICY = {
  ...{ link_login: 'yes', longest_grant: '', longest_connection: '', idle_timeout: '0', fresh_sign_in: '0' },
  ...{ max_connections: '', reverse_code: 'when_new', own_networks: '', allowed_networks: '203.0.113.0/24' },
};

export const EVERYTHING_TAKEN_AWAY: readonly TakingAway[] = [
  {
    what: 'a removed member',
    prepare: async (scene) => {
      const { id, membership, login, key } = await organization(scene);
      return { login, takeAway: (at) => call(at, key, ['DELETE', `/organizations/${id}/members/${membership.id}`]) };
    },
  },
  {
    what: 'the access rules that allowed it',
    prepare: async (scene) => {
      const { id, login, key } = await organization(scene);
      const path = `/organizations/${id}/access_rules/start`;
      return { login, takeAway: (at) => call(at, key, ['POST', path, { set: 'strict' }]) };
    },
  },
  {
    what: 'a share that ends',
    prepare: async (scene) => {
      const [owner, guest] = [await developer(scene), await addPerson(scene)];
      const path = `/projects/${owner.place.projectId}/permissions`;
      const share = await call(scene.node, owner.key, ['POST', path, { email: guest.email }]);
      const login = await tokenOf(scene, guest, owner.place);
      return { login, takeAway: (at) => call(at, owner.key, ['DELETE', `${path}/${share.id}`]) };
    },
  },
  {
    what: 'a transferred project, for those who stay behind',
    prepare: async (scene) => {
      const { id, admin, place, login, key } = await organization(scene);
      const { id: destination_org_id } = await addOrganization(scene.catalogue, admin);
      const body = { destination_org_id, project_ids: [place.projectId] };
      return { login, takeAway: (at) => call(at, key, ['POST', `/organizations/${id}/projects/transfer`, body]) };
    },
  },
  {
    what: 'a deleted database role',
    prepare: async (scene) => {
      const key = await keyOf(scene, await addPerson(scene));
      const { login, path } = await hostedRole(scene, key);
      return { login, takeAway: (at) => call(at, key, ['DELETE', path]) };
    },
  },
  {
    what: "a database role's new password",
    prepare: async (scene) => {
      const key = await keyOf(scene, await addPerson(scene));
      const { login, path } = await hostedRole(scene, key);
      return { login, takeAway: (at) => call(at, key, ['POST', `${path}/reset_password`]) };
    },
  },
  {
    what: 'a revoked access token',
    prepare: async (scene) => {
      const { person, login, submit } = await developer(scene);
      const path = `/app/${person.accountId}/access-tokens/${login.user}/revoke`;
      return { login, takeAway: (at) => submit(at, path) };
    },
  },
  {
    what: 'a policy that forbids it',
    prepare: async (scene) => {
      const { place, login, submit } = await developer(scene);
      const path = `/app/${place.accountId}/projects/${place.projectId}/computes/${place.computeId}/policy`;
      return { login, takeAway: (at) => submit(at, path, POLICY) };
    },
  },
  {
    what: 'a disabled compute',
    prepare: async (scene) => {
      const { place, login, key } = await developer(scene);
      const path = `/projects/${place.projectId}/endpoints/${place.computeId}`;
      return { login, takeAway: (at) => call(at, key, ['PATCH', path, { endpoint: { disabled: true } }]) };
    },
  },
  {
    what: 'a deleted project',
    prepare: async (scene) => {
      const { place, login, key } = await developer(scene);
      return { login, takeAway: (at) => call(at, key, ['DELETE', `/projects/${place.projectId}`]) };
    },
  },
  {
    what: 'signing out everywhere',
    prepare: async (scene) => {
      const { login, submit } = await developer(scene);
      return { login, takeAway: (at) => submit(at, '/app/me/sign-out-everywhere', {}, '/app/me/sessions') };
    },
  },
  {
    what: 'a changed password',
    prepare: async (scene) => {
      const { login, submit } = await developer(scene);
      const fields = { current_password: PASSWORD, new_password: 'another correct horse' };
      return { login, takeAway: (at) => submit(at, '/app/me/profile/password', fields, '/app/me/profile') };
    },
  },
];
