// Reads forms: their bytes as they come, and what they say in a turn of the event loop of its own.
// What looks like nothing to a limit on bytes is work to a parser: 250 KB of plus signs in 490
// fields take tens of milliseconds, and those of a hundred connections can end in the same turn.

import express, { type RequestHandler } from 'express';
import { PosternError } from '../../errors.ts';
import { contextOf } from '../request/request-context.ts';

const FORM = 'application/x-www-form-urlencoded';
const MAX_FORM_BYTES = 256 * 1_024;
/** Of people who are not signed in. The longest, the answer of a passkey, has 32 KB at most. */
const MAX_STRANGERS_BYTES = 48 * 1_024;
const MAX_FIELDS = 500;

type Fields = Record<string, string | string[]>;

/** Before what reads `request.body`. Throws `too_large`. */
export function readForms(turns: RequestHandler): RequestHandler[] {
  const ofPeople = express.raw({ type: FORM, limit: MAX_FORM_BYTES });
  const ofStrangers = express.raw({ type: FORM, limit: MAX_STRANGERS_BYTES });
  return [
    (request, response, next) => {
      const take = contextOf(response).session === null ? ofStrangers : ofPeople;
      take(request, response, next);
    },
    (request, response, next) => (Buffer.isBuffer(request.body) ? turns(request, response, next) : next()),
    (request, _response, next) => {
      if (Buffer.isBuffer(request.body)) request.body = fieldsOf(request.body.toString());
      next();
    },
  ];
}

/** Of a name that comes more than once a list. Throws `too_large` for very many fields. */
export function fieldsOf(form: string): Fields {
  let fieldsLeft = MAX_FIELDS;
  for (let at = form.indexOf('&'); at >= 0; at = form.indexOf('&', at + 1)) {
    fieldsLeft -= 1;
    if (fieldsLeft === 0) throw new PosternError('too_large');
  }
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(form)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(values);
}
