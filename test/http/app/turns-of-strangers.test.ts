import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import express, { type Response } from 'express';
import { expect, it } from 'vitest';
import { turnsOfStrangers } from '../../../src/http/app/turns-of-strangers.ts';

const app = express();

/** What the routes were asked for, in order; a dot for each turn of the event loop. */
async function orderOf(requests: ReadonlyArray<{ address: string; session?: object; leaves?: true }>): Promise<string> {
  const turns = turnsOfStrangers();
  let order = '';
  for (const [index, { address, session = null, leaves }] of requests.entries()) {
    const locals = { requestContext: { address, session } };
    const response: Response = Object.assign(new EventEmitter(), Object.create(app.response), { locals });
    turns(Object.create(app.request), response, () => {
      order += index;
    });
    if (leaves) response.emit('close');
  }
  for (let turn = 0; turn < requests.length + 1; turn++) {
    await setImmediate();
    order += '.';
  }
  return order;
}

const [one, other] = [{ address: '198.51.100.7' }, { address: '203.0.113.9' }];

// A hundred requests of one address in one turn kept every psql session waiting for two seconds.
it('pages of strangers are made one a turn, the address with the fewest first', async () => {
  expect(await orderOf([one, one, one, other])).toBe('3.0.1.2..');
});

it('one who always waits for a page does not keep back an address that waits for two', async () => {
  const turns = turnsOfStrangers();
  let order = '';
  const ask = (address: string, name: string, then = () => {}) => {
    const locals = { requestContext: { address, session: null } };
    const response: Response = Object.assign(new EventEmitter(), Object.create(app.response), { locals });
    turns(Object.create(app.request), response, () => {
      order += name;
      then();
    });
  };
  const askAgain = () => ask('203.0.113.9', 'r', askAgain);
  for (const name of ['a', 'b', 'c']) ask('198.51.100.7', name);
  askAgain();
  for (let turn = 0; turn < 8; turn++) await setImmediate();
  expect(order.replaceAll('r', '')).toBe('abc');
});

it('a page of a person who is signed in does not wait', async () => {
  expect(await orderOf([one, { ...one, session: {} }])).toBe('10...');
});

it('a page whose browser has left is not made', async () => {
  expect(await orderOf([one, { ...one, leaves: true }, one])).toBe('0.2...');
});
