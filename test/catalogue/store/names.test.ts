import { describe, expect, it } from 'vitest';
import { nameFromEmail } from '../../../src/catalogue/store/names.ts';

describe('the name of a person of whom only the email is known', () => {
  it.each([
    ['olga@example.com', 'Olga'],
    [' olga.owner@example.com', 'Olga Owner'],
    ['olga_de-vries+postern@example.com', 'Olga De Vries'],
    ['Ø.ä@example.com', 'Ø Ä'],
    ['...@example.com', '...@example.com'],
  ])('of %s is %s', (email, name) => {
    expect(nameFromEmail(email)).toBe(name);
  });
});
