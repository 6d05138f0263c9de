// Follows a connection by server-sent events and renders each state until the final one, whose
// command copies.

import { render } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/connection-status.tsx';
import { copyLines } from './console/copy-lines.ts';
import { showLocalTimes } from './decide/times.ts';
import { followEvents } from './streams/follow-events.ts';

const root = document.querySelector<HTMLElement>('[data-follow]');
if (root === null) finish();
else follow(root, root.dataset.follow ?? '');

function finish(): void {
  copyLines();
  showLocalTimes();
}

function follow(root: HTMLElement, path: string): void {
  const over = new AbortController();
  void followEvents(path, over.signal, (events) => {
    events.addEventListener('status', (event: MessageEvent<string>) => {
      // Written by our own server, so it has this type.
      const view: StatusView = JSON.parse(event.data);
      render(<ConnectionStatus view={view} />, root);
      document.title = document.title.replace(/^.*(?= · )/, view.tabTitle ?? view.title);
      if (!view.isFinal) return;
      over.abort();
      finish();
    });
  });
}
