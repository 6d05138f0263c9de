// Waits for the client's next answer at a password door. Knows nothing of what the answer proves.

import { TimeLimitExceeded } from '../../async/time-limit.ts';
import { PASSWORD_MESSAGE_TYPE } from '../../protocol/frontend-messages.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import { readClientMessage } from '../../wire/read-startup-packet.ts';
import { ClientGone } from '../client/client.ts';
import type { LiveSession } from '../session/live-session.ts';

/**
 * Throws ClientGone when the client hangs up or takes too long, which psql does to prompt its user;
 * ProtocolViolation for any other or a longer message.
 */
export async function readPasswordMessage(
  { client, signal }: LiveSession,
  maxBodyBytes: number,
  limitMs: number,
): Promise<Buffer> {
  try {
    const message = await readClientMessage(client.line.socket, { maxBodyBytes, signal, limitMs });
    if (message === null) throw new ClientGone();
    if (message.type !== PASSWORD_MESSAGE_TYPE) {
      throw new ProtocolViolation('malformed_message', `message ${message.type} instead of a password`);
    }
    return message.body;
  } catch (error) {
    if (error instanceof TimeLimitExceeded) throw new ClientGone(error);
    throw error;
  }
}
