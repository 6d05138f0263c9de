import { describe, expect, it } from 'vitest';
import { type Mail, OutgoingMail } from '../../src/mail/mailer.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { waitUntil } from '../support/wait-until.ts';

const SECRET = 'https://example.com/invitations/canary';
const mail = (to: string): Mail => ({ to, subject: 'Invitation', text: SECRET, html: SECRET });

/**
 * A mail server that answers each try with what `answers` says next; nothing more: it takes the
 * mail.
 */
function office(answers: Error[]) {
  const lines: string[] = [];
  const taken: string[] = [];
  const log = Object.fromEntries(
    ['warn', 'error'].map((level) => [level, (facts: object) => lines.push(`${level} ${JSON.stringify(facts)}`)]),
  );
  const metrics = createMetrics();
  const outgoing = new OutgoingMail({
    deliver: async ({ to }) => {
      const answer = answers.shift();
      if (answer !== undefined) throw answer;
      taken.push(to);
    },
    log: log as never,
    metrics,
    retryPausesMs: [1, 1],
  });
  const count = async () => {
    const { values } = await metrics.mails.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  return { outgoing, taken, lines, count };
}

const refusal = (responseCode: number) => Object.assign(new Error(`${responseCode} no`), { responseCode });

describe('mail on its way', () => {
  it('leaves in its order, and the sender waits for none of it', async () => {
    const { outgoing, taken, count } = office([]);
    for (let index = 0; index < 100; index += 1) outgoing.send(mail(`${index}@example.com`));
    expect(taken.length).toBeLessThan(100);
    await outgoing.close();
    expect(taken).toEqual(Array.from({ length: 100 }, (_, index) => `${index}@example.com`));
    expect(await count()).toEqual({ sent: 100 });
  });

  it('is tried again when the server is away or busy', async () => {
    const { outgoing, taken, count } = office([new Error('connect ECONNREFUSED'), refusal(451)]);
    outgoing.send(mail('kim@example.com'));
    await waitUntil(() => taken.length === 1, 'the third try is taken');
    await outgoing.close();
    expect(await count()).toEqual({ sent: 1 });
  });

  it('is given up after refusals: the log names the recipient and no link', async () => {
    const { outgoing, taken, lines, count } = office([refusal(550), ...Array(3).fill(refusal(421))]);
    outgoing.send(mail('nobody@example.com'));
    await waitUntil(() => lines.length === 1, 'the first is given up');
    outgoing.send(mail('away@example.com'));
    await waitUntil(() => lines.length === 4, 'the second is given up');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['error', 'warn', 'warn', 'error']);
    expect(lines[0]).toContain('nobody@example.com');
    expect(lines[3]).toContain('away@example.com');
    expect(lines.join()).not.toContain('canary');
    expect([taken, await count()]).toEqual([[], { failed: 2 }]);
  });

  it('that comes after the end is named in the log', async () => {
    const { outgoing, lines } = office([]);
    await outgoing.close();
    outgoing.send(mail('late@example.com'));
    expect(lines.join()).toContain('late@example.com');
  });
});
