import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findDatabaseRole, passwordPlace } from '../../../src/catalogue/projects/database-role-rows.ts';
import { keyIdOf, Sealer } from '../../../src/catalogue/store/sealing.ts';
import { resealEverything } from '../../../src/catalogue/store/sealing-keys.ts';
import { Secret } from '../../../src/secret.ts';
import {
  addPerson,
  addProject,
  newSealingKey,
  openCatalogueOn,
  openTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const PLACE = { table: 'database_roles', rowId: 'role-1', column: 'sealed_password' };

describe('a sealed value', () => {
  const sealer = new Sealer([newSealingKey()]);

  it('opens in its place', () => {
    for (const text of ['hunter2', '', 'pässwörd 🔑', 'x'.repeat(10_000)]) {
      expect(sealer.open(sealer.seal(text, PLACE), PLACE).reveal()).toBe(text);
    }
  });

  it('is different every time and does not contain the sealed text', () => {
    const sealed = sealer.seal('hunter2', PLACE);
    expect(sealer.seal('hunter2', PLACE)).not.toBe(sealed);
    expect(Buffer.from(sealed.split('.')[1] ?? '', 'base64url').includes('hunter2')).toBe(false);
  });

  it('does not open after it was moved to another table, row or column', () => {
    const sealed = sealer.seal('hunter2', PLACE);
    for (const moved of [
      { ...PLACE, table: 'computes' },
      { ...PLACE, rowId: 'role-2' },
      { ...PLACE, column: 'scram_verifier' },
    ]) {
      expect(() => sealer.open(sealed, moved)).toThrow();
    }
  });

  it('does not open when any byte of it was changed', () => {
    const sealed = sealer.seal('hunter2', PLACE);
    const [keyId, body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.readUInt8(index) + 1) % 256, index);
      expect(() => sealer.open(`${keyId}.${changed.toString('base64url')}`, PLACE)).toThrow();
    }
  });

  it.each(['', '.', 'nonsense', 'abcdef12.', 'abcdef12.AAAA'])('does not open when it is malformed: "%s"', (text) => {
    expect(() => sealer.open(text, PLACE)).toThrow();
  });

  it('names its key, and does not open with another one', () => {
    const other = new Sealer([newSealingKey()]);
    const sealed = sealer.seal('hunter2', PLACE);
    expect(keyIdOf(sealed)).toBe(sealer.currentKeyId);
    expect(() => other.open(sealed, PLACE)).toThrow(`unknown key "${sealer.currentKeyId}"`);
    expect(() => other.open(sealed.replace(sealer.currentKeyId, other.currentKeyId), PLACE)).toThrow();
  });

  it('opens as a secret that does not print itself', () => {
    const opened = sealer.open(sealer.seal('hunter2', PLACE), PLACE);
    expect([String(opened), JSON.stringify(opened), inspect(opened)].join()).not.toContain('hunter2');
  });
});

describe('sealing keys', () => {
  it('must be 32 bytes in base64, and at least one', () => {
    expect(() => new Sealer([])).toThrow();
    expect(() => new Sealer([new Secret(randomBytes(31).toString('base64'))])).toThrow();
    expect(() => new Sealer([new Secret('not base64 at all')])).toThrow();
  });

  it('seal with the first key and open with any', () => {
    const [oldKey, newKey] = [newSealingKey(), newSealingKey()];
    const old = new Sealer([oldKey]);
    const rotated = new Sealer([newKey, oldKey]);
    expect(rotated.open(old.seal('hunter2', PLACE), PLACE).reveal()).toBe('hunter2');
    expect(keyIdOf(rotated.seal('hunter2', PLACE))).toBe(new Sealer([newKey]).currentKeyId);
  });

  it('derive the same secret on every node, and another for every purpose', () => {
    const key = newSealingKey();
    const derive = (purpose: string) => new Sealer([key]).deriveSecret(purpose).toString('hex');
    expect(derive('mock verifier')).toBe(derive('mock verifier'));
    expect(derive('mock verifier')).not.toBe(derive('reverse code'));
  });
});

describe('the catalogue', () => {
  it('does not open without the key that sealed its contents', async () => {
    const { url } = await openTestCatalogue({ sealer: new Sealer([newSealingKey()]) });
    await expect(openCatalogueOn(url, { sealer: new Sealer([newSealingKey()]) })).rejects.toThrow('is not configured');
  });

  it('does not open when its canary was modified', async () => {
    const sealer = new Sealer([newSealingKey()]);
    const { url, db } = await openTestCatalogue({ sealer });
    await db
      .updateTable('sealing_canaries')
      .set({ sealed_canary: sealer.seal('another', PLACE) })
      .execute();
    await expect(openCatalogueOn(url, { sealer })).rejects.toThrow();
  });

  it('is resealed with a new key, after which the old one can be removed', async () => {
    const [oldKey, newKey] = [newSealingKey(), newSealingKey()];
    const before = await openTestCatalogue({ sealer: new Sealer([oldKey]) });
    const ada = await addPerson(before, 'ada');
    const { branchId } = await addProject(before, ada.accountId);

    const rotating = await openCatalogueOn(before.url, { sealer: new Sealer([newKey, oldKey]) });
    expect(await resealEverything(rotating)).toBe(2);
    expect(await resealEverything(rotating)).toBe(0);

    const after = await openCatalogueOn(before.url, { sealer: new Sealer([newKey]) });
    const role = await findDatabaseRole(after.db, { branchId, name: 'app' });
    expect(after.sealer.open(role?.sealed_password ?? '', passwordPlace(role?.id ?? '')).reveal()).toBe('app-password');
    await expect(openCatalogueOn(before.url, { sealer: new Sealer([oldKey]) })).rejects.toThrow();
  });
});
