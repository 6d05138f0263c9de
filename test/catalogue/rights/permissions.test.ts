import { describe, expect, it } from 'vitest';
import type { Actor, PersonActor } from '../../../src/catalogue/rights/actors.ts';
import { PERMISSION_TABLE } from '../../../src/catalogue/rights/permission-table.ts';
import { type Action, may, requireMay, visible } from '../../../src/catalogue/rights/permissions.ts';
import type { Resource } from '../../../src/catalogue/rights/resources.ts';
import { type AccountId, idFrom, type ProjectId, type UserId } from '../../../src/ids.ts';

const ORGANIZATION = idFrom<AccountId>('org-ocean-art-12345678');
const OTHER_ORGANIZATION = idFrom<AccountId>('org-misty-hill-87654321');
const PROJECT = idFrom<ProjectId>('quiet-lake-12345678');
const OTHER_PROJECT = idFrom<ProjectId>('noisy-lake-12345678');

function person(name: string, facts: Partial<PersonActor> = {}): PersonActor {
  const userId = idFrom<UserId>(`user-${name}`);
  return {
    kind: 'person',
    userId,
    email: `${name}@example.com`,
    name,
    isOperator: false,
    memberships: new Map(),
    shares: new Set(),
    demandedBy: new Map(),
    hasSecondFactor: false,
    ...facts,
  };
}

const OWNER = person('owner');
const PERSONAL = idFrom<AccountId>(OWNER.userId);
const ACTORS = {
  owner: OWNER,
  admin: person('admin', { memberships: new Map([[ORGANIZATION, 'admin']]) }),
  member: person('member', { memberships: new Map([[ORGANIZATION, 'member']]) }),
  guest: person('guest', { shares: new Set([PROJECT]) }),
  stranger: person('stranger', { memberships: new Map([[OTHER_ORGANIZATION, 'admin']]) }),
  operator: person('operator', { isOperator: true }),
  organizationKey: { kind: 'organization_key', keyId: 1, accountId: ORGANIZATION },
  projectKey: { kind: 'project_key', keyId: 2, accountId: ORGANIZATION, projectId: PROJECT },
} as const satisfies Record<string, Actor>;

const ON_ORGANIZATION = {
  installation: { kind: 'installation' },
  account: { kind: 'account', accountId: ORGANIZATION },
  project: { kind: 'project', accountId: ORGANIZATION, projectId: PROJECT },
} as const satisfies Record<string, Resource>;
const ON_PERSONAL = {
  installation: { kind: 'installation' },
  account: { kind: 'account', accountId: PERSONAL },
  project: { kind: 'project', accountId: PERSONAL, projectId: PROJECT },
} as const satisfies Record<string, Resource>;

// Written by hand (docs/api.md, "Who may do what"): `x` may, `-` may not. The owner acts on the
// personal account, everybody else on the organization and its project that is shared with the
// guest.
const EXPECTED = `
                                  owner admin member guest stranger operator orgkey projectkey
self.read                           x     x     x      x      x        x       -       -
self.change                         x     x     x      x      x        x       -       -
self.list_organizations             x     x     x      x      x        x       x       x
self.list_shared_projects           x     x     x      x      x        x       -       -
self.manage_api_keys                x     x     x      x      x        x       -       -
self.manage_sessions                x     x     x      x      x        x       -       -
self.read_access_requests           x     x     x      x      x        x       -       -
self.ask_for_access                 x     x     x      x      x        x       -       -
regions.list                        x     x     x      x      x        x       x       x
organization.create                 x     x     x      x      x        x       -       -
organization.request                x     x     x      x      x        x       -       -
ops.read                            -     -     -      -      -        x       -       -
ops.end_connection                  -     -     -      -      -        x       -       -
ops.cancel_query                    -     -     -      -      -        x       -       -
ops.read_statement                  -     -     -      -      -        x       -       -
ops.send_notice                     -     -     -      -      -        x       -       -
ops.drain_node                      -     -     -      -      -        x       -       -
ops.read_audit                      -     -     -      -      -        x       -       -
ops.decide_organization             -     -     -      -      -        x       -       -
ops.attach_private                  -     -     -      -      -        x       -       -
ops.create_user                     -     -     -      -      -        x       -       -
ops.manage_people                   -     -     -      -      -        x       -       -
account.read                        x     x     x      -      -        -       x       -
account.change                      x     x     -      -      -        -       -       -
account.delete                      -     x     -      -      -        -       -       -
account.change_plan                 -     -     -      -      -        x       -       -
account.read_policy                 x     x     x      -      -        -       x       -
account.change_policy               x     x     -      -      -        -       -       -
account.read_billing                x     x     x      -      -        -       x       -
account.change_billing              x     x     -      -      -        -       -       -
account.read_consumption            x     x     x      -      -        -       x       -
account.read_audit                  x     x     -      -      -        x       -       -
account.read_connections            x     x     -      -      -        x       -       -
account.end_connection              x     x     -      -      -        x       -       -
account.cancel_query                x     x     -      -      -        x       -       -
account.read_statement              x     x     -      -      -        x       -       -
account.send_notice                 x     x     -      -      -        x       -       -
access_rules.read                   x     x     -      -      -        -       x       -
access_rules.change                 x     x     -      -      -        -       -       -
access_requests.read                x     x     x      -      -        -       x       -
on_call.read                        -     x     -      -      -        -       x       -
on_call.approve                     -     -     -      -      -        -       -       -
break_glass.read                    -     x     -      -      -        -       x       -
break_glass.change                  -     x     -      -      -        -       -       -
break_glass.review                  -     x     -      -      -        -       -       -
members.read                        -     x     x      -      -        -       x       -
members.change_role                 -     x     -      -      -        -       -       -
members.remove                      -     x     -      -      -        -       -       -
members.leave                       -     x     x      -      -        -       -       -
invitations.read                    -     x     x      -      -        -       x       -
invitations.create                  -     x     -      -      -        -       -       -
invitations.resend                  -     x     -      -      -        -       -       -
invitations.cancel                  -     x     -      -      -        -       -       -
guests.read                         x     x     x      -      -        -       x       -
guests.convert                      -     x     -      -      -        -       -       -
teams.read                          -     x     x      -      -        -       x       -
teams.change                        -     x     -      -      -        -       -       -
joining.change                      -     x     -      -      -        -       -       -
notifications.change                -     x     -      -      -        -       -       -
provisioning.read                   -     x     -      -      -        -       x       -
provisioning.change                 -     -     -      -      -        -       -       -
organization_keys.read              -     x     -      -      -        -       x       -
organization_keys.create            -     x     -      -      -        -       -       -
organization_keys.revoke            -     x     -      -      -        -       x       -
access_tokens.read                  x     x     -      -      -        -       -       -
access_tokens.create                x     x     -      -      -        -       -       -
access_tokens.revoke                x     x     -      -      -        -       -       -
projects.list                       x     x     x      -      -        -       x       x
projects.create                     x     x     x      -      -        -       x       -
projects.receive                    -     x     x      -      -        -       -       -
project.connect                     x     x     x      x      -        -       -       -
project.create_access_token         x     x     x      x      -        -       -       -
project.read                        x     x     x      x      -        -       x       x
project.change                      x     x     x      x      -        -       x       x
project.label                       x     x     -      -      -        -       -       -
project.delete                      x     x     -      -      -        -       x       -
project.transfer                    x     x     -      -      -        -       -       -
project.read_shares                 x     x     x      -      -        -       x       x
project.share                       x     x     -      -      -        -       x       -
project.unshare                     x     x     -      -      -        -       x       -
project.leave                       -     -     -      x      -        -       -       -
project.read_access_rules           x     x     -      -      -        -       x       -
project.change_access_rules         x     x     -      -      -        -       -       -
project.read_connection_uri         x     x     x      x      -        -       x       x
project.read_operations             x     x     x      x      -        -       x       x
project.read_consumption            x     x     x      -      -        -       x       x
branch.change                       x     x     x      x      -        -       x       x
branch.protect                      x     x     x      -      -        -       x       x
compute.create                      x     x     x      -      -        -       x       x
compute.change                      x     x     x      -      -        -       x       x
compute.delete                      x     x     x      -      -        -       x       x
compute.start                       x     x     x      x      -        -       x       x
compute.suspend                     x     x     x      -      -        -       x       x
compute.read_policy                 x     x     x      -      -        -       x       -
compute.change_policy               x     x     -      -      -        -       -       -
database.create                     x     x     x      x      -        -       x       x
database.change                     x     x     x      x      -        -       x       x
database.delete                     x     x     x      x      -        -       x       x
database_role.create                x     x     x      x      -        -       x       x
database_role.delete                x     x     x      x      -        -       x       x
database_role.reveal_password       x     x     x      x      -        -       x       x
database_role.reset_password        x     x     x      x      -        -       x       x
`;

const COLUMNS = [
  'owner',
  'admin',
  'member',
  'guest',
  'stranger',
  'operator',
  'organizationKey',
  'projectKey',
] as const satisfies ReadonlyArray<keyof typeof ACTORS>;

const rows = EXPECTED.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.trim().split(/\s+/));
const actions = Object.keys(PERMISSION_TABLE) as Action[];

describe('the permission table', () => {
  it('has a row for every action, and no other', () => {
    expect(rows.map(([action]) => action)).toEqual(actions);
    expect(rows.every((row) => row.length === COLUMNS.length + 1)).toBe(true);
  });

  it.each(rows)('matches the table written out by hand: %s', (action = '', ...cells) => {
    const { on } = PERMISSION_TABLE[action as Action];
    const answers = COLUMNS.map((column) => {
      const resources = column === 'owner' ? ON_PERSONAL : ON_ORGANIZATION;
      return may(ACTORS[column], action as Action, resources[on]) ? 'x' : '-';
    });
    expect(answers).toEqual(cells);
  });

  it('lets a SCIM key provision its own organization, and nothing else', () => {
    const key: Actor = { kind: 'scim_key', keyId: 3, accountId: ORGANIZATION };
    const allowed = actions.filter((action) => may(key, action, ON_ORGANIZATION[PERMISSION_TABLE[action].on]));
    expect(allowed).toEqual(['provisioning.read', 'provisioning.change']);
    const other = { kind: 'account', accountId: OTHER_ORGANIZATION } as const;
    expect(actions.filter((action) => may(key, action, other))).toEqual([]);
    expect(visible(key, other)).toBe(false);
  });

  it('lets Postern itself do everything', () => {
    for (const action of actions) {
      expect(may({ kind: 'system' }, action, ON_ORGANIZATION[PERMISSION_TABLE[action].on])).toBe(true);
    }
  });

  it('grants nothing on resources of others', () => {
    const elsewhere: Array<[Actor, Resource]> = [
      [ACTORS.owner, ON_ORGANIZATION.account],
      [ACTORS.owner, ON_ORGANIZATION.project],
      [ACTORS.admin, ON_PERSONAL.account],
      [ACTORS.admin, ON_PERSONAL.project],
      [ACTORS.admin, { kind: 'account', accountId: OTHER_ORGANIZATION }],
      [ACTORS.member, { kind: 'project', accountId: OTHER_ORGANIZATION, projectId: PROJECT }],
      [ACTORS.guest, ON_ORGANIZATION.account],
      [ACTORS.guest, { kind: 'project', accountId: ORGANIZATION, projectId: OTHER_PROJECT }],
      [ACTORS.organizationKey, { kind: 'account', accountId: OTHER_ORGANIZATION }],
      [ACTORS.organizationKey, { kind: 'project', accountId: OTHER_ORGANIZATION, projectId: PROJECT }],
      [ACTORS.projectKey, { kind: 'account', accountId: OTHER_ORGANIZATION }],
      [ACTORS.projectKey, { kind: 'project', accountId: ORGANIZATION, projectId: OTHER_PROJECT }],
      [ACTORS.projectKey, { kind: 'project', accountId: OTHER_ORGANIZATION, projectId: PROJECT }],
    ];
    for (const [actor, resource] of elsewhere) {
      expect(actions.filter((action) => may(actor, action, resource))).toEqual([]);
      expect(visible(actor, resource)).toBe(false);
    }
  });

  it('refuses an action on a resource of another kind', () => {
    expect(may(ACTORS.admin, 'project.read', ON_ORGANIZATION.account)).toBe(false);
    expect(may({ kind: 'system' }, 'account.read', ON_ORGANIZATION.project)).toBe(false);
  });

  it('lets members or everyone with access share a project, by setting', () => {
    const sharers = (sharing: 'admins' | 'members' | 'everyone_with_access') =>
      COLUMNS.filter((column) => may(ACTORS[column], 'project.share', { ...ON_ORGANIZATION.project, sharing }));
    expect(sharers('admins')).toEqual(['admin', 'organizationKey']);
    expect(sharers('members')).toEqual(['admin', 'member', 'organizationKey', 'projectKey']);
    expect(sharers('everyone_with_access')).toEqual(['admin', 'member', 'guest', 'organizationKey', 'projectKey']);
  });
});

describe('a refusal', () => {
  it('is not_found for an invisible resource, exactly as for an unknown id', () => {
    const refused = expect.objectContaining({ code: 'not_found', message: `project "${PROJECT}" not found` });
    expect(() => requireMay(ACTORS.stranger, 'project.delete', ON_ORGANIZATION.project)).toThrow(refused);
    expect(() => requireMay(ACTORS.guest, 'account.read', ON_ORGANIZATION.account)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });

  it('is forbidden for a visible resource, and names who may', () => {
    const message = (actor: Actor, action: Action, resource: Resource) => {
      try {
        requireMay(actor, action, resource);
      } catch (error) {
        expect(error).toMatchObject({ code: 'forbidden' });
        return error instanceof Error ? error.message : '';
      }
      return 'allowed';
    };
    expect(message(ACTORS.member, 'project.delete', ON_ORGANIZATION.project)).toBe(
      'only an admin may delete this project',
    );
    expect(message(ACTORS.guest, 'project.share', ON_ORGANIZATION.project)).toBe(
      'only an admin may share this project',
    );
    expect(message(ACTORS.guest, 'compute.create', ON_ORGANIZATION.project)).toBe(
      'only an admin or a member may create computes',
    );
    expect(message(ACTORS.owner, 'account.change_plan', ON_PERSONAL.account)).toBe(
      'only an operator may change the plan',
    );
    expect(message(ACTORS.operator, 'project.delete', ON_PERSONAL.project)).toBe(
      'only the owner may delete this project',
    );
    expect(message(ACTORS.admin, 'ops.read', ON_ORGANIZATION.installation)).toBe(
      'only an operator may watch live connections and nodes',
    );
    expect(message(ACTORS.organizationKey, 'members.remove', ON_ORGANIZATION.account)).toBe(
      'only an admin may remove members',
    );
  });

  it('is not thrown for an actor who may', () => {
    expect(() => requireMay(ACTORS.admin, 'project.delete', ON_ORGANIZATION.project)).not.toThrow();
  });
});
