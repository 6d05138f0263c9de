// What an upstream said when it refused a login: passed on to the client whole, since its own text
// explains it best.

import type { ReportFields } from '../../protocol/upstream-reports.ts';

// PostgreSQL Error Codes: invalid_password
const INVALID_PASSWORD = '28P01';

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

  /** Our own password for the role; what the client proves fails as `password_failed`. */
  get isWrongPassword(): boolean {
    return this.sqlstate === INVALID_PASSWORD;
  }
}
