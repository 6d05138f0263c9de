// Carries out an operator’s command for connections of this node.

import type { ConnectionId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { EndCause, LiveConnectionHandle } from './live-connection.ts';
import type { NodeCommand, NodeReply } from './node-messages.ts';

interface CommandedConnections {
  readonly find: (id: ConnectionId) => LiveConnectionHandle | undefined;
  readonly log: Log;
}

/** Null for a command that is not for connections. */
export function commandConnections(command: NodeCommand, connections: CommandedConnections): NodeReply | null {
  const work = workOf(command);
  if (work === null) return null;
  const { log } = connections;
  const found = work.ids.flatMap((id) => {
    const handle = connections.find(id);
    return handle === undefined ? [] : [{ id, handle }];
  });
  for (const { id, handle } of found) {
    log.info(
      { event: 'fleet.connection_command', connection_id: id, command: command.kind, by: work.by },
      'carrying out an operator’s command for a connection',
    );
    work
      .run(handle)
      ?.catch((error: unknown) =>
        log.warn({ event: 'fleet.connection_command_failed', connection_id: id, err: error }, 'a command failed'),
      );
  }
  return found.length === 0 ? { kind: 'not_found' } : { kind: 'done', count: found.length };
}

interface ConnectionWork {
  readonly ids: readonly ConnectionId[];
  readonly by: string;
  /** Work that goes on after the reply is a promise. */
  readonly run: (handle: LiveConnectionHandle) => Promise<void> | undefined;
}

function causeOf({ cause, reason, by }: Extract<NodeCommand, { readonly kind: 'end_connection' }>): EndCause {
  return cause === 'suspended' ? { kind: 'suspended', by } : { kind: 'killed', reason };
}

function workOf(command: NodeCommand): ConnectionWork | null {
  switch (command.kind) {
    case 'end_connection':
      return {
        ids: [command.connectionId],
        by: command.by,
        run: (handle) => {
          handle.end(causeOf(command));
          return undefined;
        },
      };
    case 'cancel_query':
      return { ids: [command.connectionId], by: command.by, run: (handle) => handle.cancelQuery() };
    case 'notify':
      return { ids: command.connectionIds, by: command.by, run: (handle) => handle.notify(command.text) };
    default:
      return null;
  }
}
