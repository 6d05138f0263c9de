// Follows a connection by server-sent events and renders each state until the final one.

import { render } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/connection-status.tsx';
import { followEvents } from './streams/follow-events.ts';

const root = document.querySelector<HTMLElement>('[data-follow]');
if (root !== null) follow(root, root.dataset.follow ?? '');

function follow(root: HTMLElement, path: string): void {
  const over = new AbortController();
  void followEvents(path, over.signal, (events) => {
    events.addEventListener('status', (event: MessageEvent<string>) => {
      // Written by our own server, so it has this type.
      const view: StatusView = JSON.parse(event.data);
      render(<ConnectionStatus view={view} />, root);
      document.title = document.title.replace(/^.*(?= · )/, view.title);
      if (view.isFinal) over.abort();
    });
  });
}
