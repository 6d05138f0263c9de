import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  createOrganizationKey,
  createPersonalKey,
  listOrganizationKeys,
  listPersonalKeys,
  revokeOrganizationKey,
  revokePersonalKey,
} from '../../../src/catalogue/access/api-keys.ts';
import { useApiKey } from '../../../src/catalogue/access/use-api-key.ts';
import { listOwnOrganizations } from '../../../src/catalogue/accounts/organizations.ts';
import { listProjects } from '../../../src/catalogue/projects/project-lists.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newProjectId } from '../../../src/ids.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const HERE = '192.0.2.1';
const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

async function organization() {
  const catalogue = catalogueOf();
  const admin = await addPerson(catalogue, 'admin');
  const { id: accountId } = await addOrganization(catalogue, admin);
  return { catalogue, admin, accountId, asAdmin: await actingAs(catalogue, admin) };
}

describe('a personal key', () => {
  it.each([
    ['of a person', 100, createPersonalKey],
    ['of an organization', 1_000, createOrganizationKey],
  ] as const)('%s is refused beyond %i', async (owner, most, create) => {
    const { catalogue, admin, accountId, asAdmin } = await organization();
    const [kind, userId, ofAccount] =
      owner === 'of a person' ? ['personal', admin.userId, null] : ['scim', null, accountId];
    const fill = sql`insert into api_keys (key_hash, kind, user_id, account_id, name, created_at)
      select decode(md5(${accountId} || n), 'hex'), ${kind}, ${userId}, ${ofAccount}, 'old', now()
      from generate_series(2, ${most}::int) n`;
    await fill.execute(catalogue.db);
    const [one, other] = await Promise.allSettled([
      create(catalogue, asAdmin, { accountId, name: 'last' }),
      create(catalogue, asAdmin, { accountId, name: 'too many' }),
    ]);
    expect([one.status, other.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(create(catalogue, asAdmin, { accountId, name: 'again' })).rejects.toThrow(/API keys already/);
  });

  it('acts as its person with that person’s current rights', async () => {
    const { catalogue, admin, accountId } = await organization();
    const ada = await addPerson(catalogue, 'ada');
    const { apiKey, key } = await createPersonalKey(catalogue, await actingAs(catalogue, ada), { name: 'laptop' });
    expect(apiKey).toMatchObject({ kind: 'personal', name: 'laptop', lastUsedAt: null, lastUsedFrom: null });
    expect(apiKey.createdBy).toMatchObject({ id: ada.userId });
    const memberships = async () => {
      const used = await useApiKey(catalogue, key.reveal(), HERE);
      return used?.actor.kind === 'person' ? [...used.actor.memberships] : null;
    };
    expect(await memberships()).toEqual([]);
    await addMemberTo(catalogue, { id: accountId }, { person: ada });
    expect(await memberships()).toEqual([[accountId, 'member']]);
    expect(admin.userId).not.toBe(ada.userId);
  });

  it('is shown once, random, and hashed at rest', async () => {
    const { catalogue, asAdmin } = await organization();
    const { apiKey, key } = await createPersonalKey(catalogue, asAdmin, { name: 'secret' });
    expect(key.reveal()).toMatch(/^postern_key_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(await listPersonalKeys(catalogue, asAdmin))).not.toContain(key.reveal());
    const row = await catalogue.db.selectFrom('api_keys').selectAll().where('id', '=', apiKey.id).executeTakeFirst();
    expect(row?.key_hash.length).toBe(32);
    expect(Number.isSafeInteger(apiKey.id) && apiKey.id > 0).toBe(true);
  });

  it('can be revoked by its person only, and then no longer works', async () => {
    const { catalogue, asAdmin } = await organization();
    const { apiKey, key } = await createPersonalKey(catalogue, asAdmin, { name: 'revoked' });
    const asEve = await actingAs(catalogue, await addPerson(catalogue, 'eve'));
    await expect(revokePersonalKey(catalogue, asEve, apiKey.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await useApiKey(catalogue, key.reveal(), HERE)).not.toBeNull();
    expect(await revokePersonalKey(catalogue, asAdmin, apiKey.id)).toMatchObject({ lastUsedFrom: HERE });
    expect(await useApiKey(catalogue, key.reveal(), HERE)).toBeNull();
    await expect(revokePersonalKey(catalogue, asAdmin, apiKey.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('records when and from where it was last used', async () => {
    const { catalogue, asAdmin } = await organization();
    const { key } = await createPersonalKey(catalogue, asAdmin, { name: 'used' });
    await useApiKey(catalogue, key.reveal(), HERE);
    clock.push(120_000);
    await useApiKey(catalogue, key.reveal(), '192.0.2.2');
    const [listed] = await listPersonalKeys(catalogue, asAdmin);
    expect(listed).toMatchObject({ lastUsedAt: clock.now(), lastUsedFrom: '192.0.2.2' });
  });

  it.each(['', 'nonsense', `postern_key_${'x'.repeat(43)}`, `postern_key_${'x'.repeat(44)}`, 'x'.repeat(10_000)])(
    'is not "%s"',
    async (key) => {
      expect(await useApiKey(catalogueOf(), key, HERE)).toBeNull();
    },
  );

  it.each(['', '   ', 'x'.repeat(65)])('needs a name of 1 to 64 characters, not "%s"', async (name) => {
    const { catalogue, asAdmin } = await organization();
    await expect(createPersonalKey(catalogue, asAdmin, { name })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('an organization key', () => {
  it('belongs to the organization, is created by admins and listed for them', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const { apiKey, key } = await createOrganizationKey(catalogue, asAdmin, { accountId, name: 'ci' });
    const used = await useApiKey(catalogue, key.reveal(), HERE);
    expect(used).toEqual({
      keyId: apiKey.id,
      kind: 'organization',
      actor: { kind: 'organization_key', keyId: apiKey.id, accountId },
    });
    expect((await listOrganizationKeys(catalogue, asAdmin, accountId)).map((one) => one.id)).toEqual([apiKey.id]);
    const context = { ...SYSTEM_CONTEXT, actor: used?.actor ?? expect.fail('not accepted') };
    expect((await listOwnOrganizations(catalogue, context)).map((one) => one.id)).toEqual([accountId]);
    const made = createOrganizationKey(catalogue, context, { accountId, name: 'child' });
    await expect(made).rejects.toMatchObject({ code: 'forbidden' });
    await revokeOrganizationKey(catalogue, context, { accountId, keyId: apiKey.id });
    expect(await useApiKey(catalogue, key.reveal(), HERE)).toBeNull();
  });

  it('cannot be created, listed or revoked by members', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const member = await addPerson(catalogue, 'member');
    await addMemberTo(catalogue, { id: accountId }, { person: member });
    const asMember = await actingAs(catalogue, member);
    const { apiKey } = await createOrganizationKey(catalogue, asAdmin, { accountId, name: 'ci' });
    const attempts = [
      createOrganizationKey(catalogue, asMember, { accountId, name: 'mine' }),
      listOrganizationKeys(catalogue, asMember, accountId),
      revokeOrganizationKey(catalogue, asMember, { accountId, keyId: apiKey.id }),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('of another organization is not found', async () => {
    const [mine, foreign] = [await organization(), await organization()];
    const { apiKey } = await createOrganizationKey(foreign.catalogue, foreign.asAdmin, {
      accountId: foreign.accountId,
      name: 'theirs',
    });
    const which = { accountId: mine.accountId, keyId: apiKey.id };
    await expect(revokeOrganizationKey(mine.catalogue, mine.asAdmin, which)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a project key', () => {
  it('gives access to its project only', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const [own] = [await addProject(catalogue, accountId), await addProject(catalogue, accountId)];
    const projectId = own.project.id;
    const { apiKey, key } = await createOrganizationKey(catalogue, asAdmin, { accountId, name: 'one', projectId });
    expect(apiKey).toMatchObject({ kind: 'project', projectId });
    const used = await useApiKey(catalogue, key.reveal(), HERE);
    const context = { ...SYSTEM_CONTEXT, actor: used?.actor ?? expect.fail('not accepted') };
    const { items } = await listProjects(catalogue, context, { accountId, limit: 10 });
    expect(items.map((project) => project.id)).toEqual([projectId]);
  });

  it('can only be created for a project of the organization', async () => {
    const { catalogue, admin, accountId, asAdmin } = await organization();
    const personal = await addProject(catalogue, admin.accountId);
    for (const projectId of [personal.project.id, newProjectId()]) {
      const made = createOrganizationKey(catalogue, asAdmin, { accountId, name: 'x', projectId });
      await expect(made).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
