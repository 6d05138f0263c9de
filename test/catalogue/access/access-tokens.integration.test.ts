import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createAccessToken,
  listAccessTokensOfAccount,
  listOwnAccessTokens,
  revokeAccessToken,
} from '../../../src/catalogue/access/access-tokens.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import {
  findAccessToken,
  noteAccessTokenUse,
  resolveAccessToken,
} from '../../../src/catalogue/logins/find-verifier.ts';
import { changeCompute } from '../../../src/catalogue/projects/computes.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { transferProjects } from '../../../src/catalogue/transfers/project-transfers.ts';
import { newAccessTokenId } from '../../../src/ids.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const HERE = { address: '192.0.2.1' };
const DAY_MS = 24 * 3_600_000;
const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

async function member() {
  const catalogue = catalogueOf();
  const [admin, person] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'person')];
  const organization = await addOrganization(catalogue, admin);
  const membership = await addMemberTo(catalogue, organization, { person });
  const whole = await addProject(catalogue, organization.id);
  const contexts = { asAdmin: await actingAs(catalogue, admin), asMember: await actingAs(catalogue, person) };
  const wish = { name: 'ci', computeId: whole.compute.id, owner: 'self', access: 'read_write' } as const;
  return { catalogue, admin, person, accountId: organization.id, membership, wish, ...contexts, ...whole };
}

// RFC 5802 3: StoredKey = H(HMAC(SaltedPassword, "Client Key"))
type Proof = NonNullable<Awaited<ReturnType<typeof findAccessToken>>>['proof'];

function opens(proof: Proof | undefined, password: string): boolean {
  if (proof?.kind !== 'secret') return false;
  const { verifier } = proof;
  const salted = pbkdf2Sync(password, verifier.salt, verifier.iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return createHash('sha256').update(clientKey).digest().equals(verifier.storedKey);
}

describe('an access token', () => {
  it('is a user name and a secret, of which only a verifier is stored', async () => {
    const { catalogue, asMember, wish } = await member();
    const { accessToken, secret } = await createAccessToken(catalogue, asMember, wish);
    expect(accessToken.id).toMatch(/^tok-[a-z0-9]{16}$/);
    expect(secret.reveal()).toMatch(/^postern_token_[A-Za-z0-9_-]{43}$/);
    const found = await findAccessToken(catalogue, accessToken.id);
    expect(found?.token).toEqual(accessToken);
    expect(opens(found?.proof, secret.reveal())).toBe(true);
    expect(opens(found?.proof, `${secret.reveal()}x`)).toBe(false);
    const rows = await catalogue.db.selectFrom('access_tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret.reveal());
  });

  it('connects its person to its compute while that person may connect', async () => {
    const { catalogue, asMember, wish, person, accountId, membership, compute } = await member();
    const { accessToken } = await createAccessToken(catalogue, asMember, { ...wish, access: 'read_only' });
    const target = await resolveAccessToken(catalogue, accessToken, HERE);
    expect(target).toMatchObject({
      person: { userId: person.userId, isGuest: false },
      compute: { id: compute.id },
      databaseRole: 'app_reader',
    });
    await removeMember(catalogue, SYSTEM_CONTEXT, { accountId, membershipId: membership.id });
    await expect(resolveAccessToken(catalogue, accessToken, HERE)).rejects.toMatchObject({ code: 'permission_lost' });
  });

  it('works where login by link is disabled', async () => {
    const { catalogue, asMember, wish, compute } = await member();
    const { accessToken } = await createAccessToken(catalogue, asMember, wish);
    const changes = { passwordlessAccess: false };
    await changeCompute(catalogue, SYSTEM_CONTEXT, { computeId: compute.id, changes });
    await expect(resolveAccessToken(catalogue, accessToken, HERE)).resolves.toMatchObject({ databaseRole: 'app' });
  });

  it('of an account outlives its creator and ends when the project leaves the account', async () => {
    const { catalogue, asAdmin, asMember, admin, wish, accountId, project } = await member();
    const shared = { ...wish, owner: 'account' } as const;
    await expect(createAccessToken(catalogue, asMember, shared)).rejects.toMatchObject({ code: 'forbidden' });
    const { accessToken } = await createAccessToken(catalogue, asAdmin, shared);
    expect(accessToken.owner).toEqual({ kind: 'account', accountId });
    expect((await resolveAccessToken(catalogue, accessToken, HERE)).person).toBeNull();
    const destination = await addOrganization(catalogue, admin);
    const route = { sourceAccountId: accountId, destinationAccountId: destination.id };
    await transferProjects(catalogue, SYSTEM_CONTEXT, { ...route, projectIds: [project.id] });
    expect(await findAccessToken(catalogue, accessToken.id)).toBeNull();
    await expect(resolveAccessToken(catalogue, accessToken, HERE)).rejects.toMatchObject({ code: 'permission_lost' });
  });

  it('expires after 30 days unless another lifetime was requested', async () => {
    const { catalogue, asMember, wish } = await member();
    const standard = await createAccessToken(catalogue, asMember, wish);
    const short = await createAccessToken(catalogue, asMember, { ...wish, lifeMs: DAY_MS });
    const isThere = async (id: string) => (await findAccessToken(catalogue, id)) !== null;
    clock.push(DAY_MS);
    expect(await isThere(short.accessToken.id)).toBe(false);
    clock.push(28 * DAY_MS);
    expect(await isThere(standard.accessToken.id)).toBe(true);
    clock.push(DAY_MS);
    expect(await isThere(standard.accessToken.id)).toBe(false);
  });

  it('can be revoked by its person or an admin only, with immediate effect', async () => {
    const { catalogue, asAdmin, asMember, wish, accountId, project } = await member();
    const [own, other] = [
      await createAccessToken(catalogue, asMember, wish),
      await createAccessToken(catalogue, asMember, wish),
    ];
    const guest = await addPerson(catalogue, 'guest');
    await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [guest.email] });
    const asGuest = await actingAs(catalogue, guest);
    const byGuest = revokeAccessToken(catalogue, asGuest, own.accessToken.id);
    const message = `access token "${own.accessToken.id}" not found`;
    await expect(byGuest).rejects.toMatchObject({ code: 'not_found', message });
    const colleague = await addPerson(catalogue, 'colleague');
    await addMemberTo(catalogue, { id: accountId }, { person: colleague });
    const byColleague = revokeAccessToken(catalogue, await actingAs(catalogue, colleague), own.accessToken.id);
    await expect(byColleague).rejects.toMatchObject({ code: 'forbidden' });
    await revokeAccessToken(catalogue, asMember, own.accessToken.id);
    await revokeAccessToken(catalogue, asAdmin, other.accessToken.id);
    for (const { accessToken } of [own, other]) expect(await findAccessToken(catalogue, accessToken.id)).toBeNull();
    const unknown = revokeAccessToken(catalogue, asMember, newAccessTokenId());
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be revoked while its compute is disabled', async () => {
    const { catalogue, asMember, wish, compute } = await member();
    const { accessToken } = await createAccessToken(catalogue, asMember, wish);
    await changeCompute(catalogue, SYSTEM_CONTEXT, { computeId: compute.id, changes: { isDisabled: true } });
    await expect(resolveAccessToken(catalogue, accessToken, HERE)).rejects.toMatchObject({ code: 'not_found' });
    await expect(revokeAccessToken(catalogue, asMember, accessToken.id)).resolves.toMatchObject({ id: accessToken.id });
  });

  it('is listed with its last use for its person and the account’s admins', async () => {
    const { catalogue, asAdmin, asMember, wish, accountId } = await member();
    const { accessToken } = await createAccessToken(catalogue, asMember, { ...wish, allowedNetworks: ['10.0.0.0/8'] });
    await noteAccessTokenUse(catalogue, accessToken, '10.1.2.3');
    const used = { id: accessToken.id, lastUsedAt: clock.now(), lastUsedFrom: '10.1.2.3' };
    expect(await listOwnAccessTokens(catalogue, asMember)).toMatchObject([
      { ...used, allowedNetworks: ['10.0.0.0/8'] },
    ]);
    expect(await listOwnAccessTokens(catalogue, asAdmin)).toEqual([]);
    expect(await listAccessTokensOfAccount(catalogue, asAdmin, accountId)).toMatchObject([used]);
    const byMember = listAccessTokensOfAccount(catalogue, asMember, accountId);
    await expect(byMember).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each([
    [{ access: 'read_only', databaseRole: 'app' }, 'precondition'],
    [{ databaseRole: 'postgres' }, 'not_found'],
    [{ database: 'postgres' }, 'not_found'],
    [{ allowedNetworks: ['nonsense'] }, 'invalid_input'],
    [{ lifeMs: 0 }, 'invalid_input'],
    [{ lifeMs: 367 * DAY_MS }, 'invalid_input'],
    [{ maxConnections: 0 }, 'invalid_input'],
    [{ name: '' }, 'invalid_input'],
  ] as const)('cannot be created with %j', async (wrong, code) => {
    const { catalogue, asMember, wish } = await member();
    await expect(createAccessToken(catalogue, asMember, { ...wish, ...wrong })).rejects.toMatchObject({ code });
  });

  it('cannot be created by strangers', async () => {
    const { catalogue, wish } = await member();
    const asStranger = await actingAs(catalogue, await addPerson(catalogue, 'stranger'));
    await expect(createAccessToken(catalogue, asStranger, wish)).rejects.toMatchObject({ code: 'not_found' });
  });
});
