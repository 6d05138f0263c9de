import { describe, expect, it } from 'vitest';
import { hoursInWords, hoursSchema, isWithinHours } from '../../../src/catalogue/rights/hours-of-week.ts';

const BERLIN = hoursSchema.parse({
  timeZone: 'Europe/Berlin',
  windows: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }],
});

describe('hours of the week', () => {
  it.each([
    ['2026-03-02T08:00:00Z', true],
    ['2026-03-02T07:59:59Z', false],
    ['2026-03-02T16:59:59Z', true],
    ['2026-03-02T17:00:00Z', false],
    ['2026-03-07T12:00:00Z', false],
    // The clocks went forward on 29 March: nine is an hour earlier.
    ['2026-03-30T07:00:00Z', true],
    ['2026-03-30T06:59:59Z', false],
  ])('at %s in Berlin are open: %s', (at, isOpen) => {
    expect(isWithinHours(BERLIN, new Date(at))).toBe(isOpen);
  });

  it('reach to the end of a day', () => {
    const night = hoursSchema.parse({ timeZone: 'UTC', windows: [{ days: [7], from: '22:00', to: '24:00' }] });
    expect(isWithinHours(night, new Date('2026-03-08T23:59:59Z'))).toBe(true);
    expect(isWithinHours(night, new Date('2026-03-09T00:00:00Z'))).toBe(false);
  });

  it('are told in words', () => {
    expect(hoursInWords(BERLIN)).toBe('Mon–Fri 09:00–18:00 (Europe/Berlin)');
  });

  it.each([
    { timeZone: 'Mars/Olympus', windows: BERLIN.windows },
    { timeZone: 'UTC', windows: [{ days: [1], from: '18:00', to: '09:00' }] },
    { timeZone: 'UTC', windows: [{ days: [8], from: '09:00', to: '18:00' }] },
    { timeZone: 'UTC', windows: [{ days: [1], from: '25:00', to: '26:00' }] },
    { timeZone: 'UTC', windows: [] },
  ])('are refused where they make no sense: %j', (hours) => {
    expect(hoursSchema.safeParse(hours).success).toBe(false);
  });
});
