// The page after the decision, which follows the connection until it is established or has ended.

import type { VNode } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/approval/connection-status.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ConnectionProps {
  readonly frame: PageFrame;
  readonly view: StatusView;
  /** Of the login request. */
  readonly path: string;
}

/** Without script the page reloads until the state is final. */
const REFRESH_SECONDS = 2;

export function ConnectionPage({ frame, view, path }: ConnectionProps): VNode {
  const { csrfToken } = frame;
  return (
    <Document
      frame={frame}
      title={view.tabTitle ?? view.title}
      width="narrow"
      styles={['status']}
      islands={['follow-connection']}
      {...(view.isFinal ? {} : { refreshSeconds: refreshSeconds(view) })}
    >
      <div
        class="card"
        role="status"
        data-status={path}
        data-csrf={csrfToken}
        data-follow={view.isFinal ? undefined : `${path}/events`}
      >
        <ConnectionStatus view={view} path={path} csrfToken={csrfToken} />
      </div>
    </Document>
  );
}

/** A page with a button that is there for a moment stays until it is gone. */
function refreshSeconds({ undo }: StatusView): number {
  return undo === undefined ? REFRESH_SECONDS : Math.ceil(undo.remainingMs / 1_000) + 1;
}
