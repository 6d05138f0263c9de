// What an upstream said when it refused a login: passed on to the client whole, since it explains itself best.

import type { ReportFields } from '../protocol/upstream-reports.ts';

export class UpstreamRefusal extends Error {
  /** By field letter, uncleaned: `encodeErrorOrNotice` cleans them. */
  readonly fields: ReportFields;
  readonly sqlstate: string;

  constructor(fields: ReportFields) {
    super('upstream refused the connection');
    this.name = 'UpstreamRefusal';
    this.fields = fields;
    this.sqlstate = fields.get('C') ?? 'XX000';
  }
}
