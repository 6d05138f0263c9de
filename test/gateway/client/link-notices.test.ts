import { describe, expect, it } from 'vitest';
import { EACH_STEP_NOTICES, grantNotices, moreTimeNotice } from '../../../src/gateway/client/link-notices.ts';

const PLACE = { person: 'ann@example.com', projectName: 'shop', database: 'appdb', databaseRole: 'app' };

describe('the notice that a connection stands', () => {
  it.each([
    ['none', 'project "shop", database "appdb"'],
    ['production', 'project "shop" (production), database "appdb"'],
  ] as const)('has the label %s of the project where there is one', (projectLabel, text) => {
    const as = { ...PLACE, projectLabel };
    expect(EACH_STEP_NOTICES.connected?.(as).message).toContain(text);
    expect(grantNotices({ id: 'gr-1', until: new Date(0) }).connected?.(as).detail).toContain(text);
  });
});

it.each([
  [1_000, '1 minute'],
  [61_000, '1 minute'],
  [239_000, '4 minutes'],
])('the notice of more time rounds %s ms to %s', (remainingMs, text) => {
  expect(moreTimeNotice(remainingMs).message).toBe(`More time to decide; the link expires in about ${text}.`);
});
