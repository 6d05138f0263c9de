// The page after the decision, which follows the connection until it is established or has ended.

import type { VNode } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/connection-status.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ConnectionProps {
  readonly frame: PageFrame;
  readonly view: StatusView;
  readonly eventsPath: string;
}

/** Without script the page reloads until the state is final. */
const REFRESH_SECONDS = 2;

export function ConnectionPage({ frame, view, eventsPath }: ConnectionProps): VNode {
  const following = view.isFinal ? {} : { refreshSeconds: REFRESH_SECONDS };
  const title = view.tabTitle ?? view.title;
  return (
    <Document frame={frame} title={title} width="narrow" islands={['follow-connection']} {...following}>
      <div class="card" role="status" data-follow={view.isFinal ? undefined : eventsPath}>
        <ConnectionStatus view={view} />
      </div>
    </Document>
  );
}
