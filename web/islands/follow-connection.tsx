// Follows a connection by server-sent events and renders each state until the final one, whose
// command copies. A button that is too late goes away.

import { render } from 'preact';
import { ConnectionStatus, type StatusView } from '../components/approval/connection-status.tsx';
import { copyLines } from './console/copy-lines.ts';
import { showLocalTimes } from './decide/times.ts';
import { followEvents } from './streams/follow-events.ts';

const root = document.querySelector<HTMLElement>('[data-status]');
if (root?.dataset.follow === undefined) finish();
else follow(root, root.dataset.follow);

function finish(): void {
  copyLines();
  showLocalTimes();
  for (const undo of document.querySelectorAll<HTMLElement>('[data-undo-remaining]')) {
    setTimeout(() => undo.remove(), Number(undo.dataset.undoRemaining));
  }
}

function follow(root: HTMLElement, eventsPath: string): void {
  const { status: path = '', csrf: csrfToken = '' } = root.dataset;
  const over = new AbortController();
  // The answer to what the person chose here is on its way.
  root.addEventListener('submit', () => over.abort());
  void followEvents(eventsPath, over.signal, (events) => {
    events.addEventListener('status', (event: MessageEvent<string>) => {
      // Written by our own server, so it has this type.
      const view: StatusView = JSON.parse(event.data);
      render(<ConnectionStatus view={view} path={path} csrfToken={csrfToken} />, root);
      document.title = document.title.replace(/^.*(?= · )/, view.tabTitle ?? view.title);
      if (!view.isFinal) return;
      over.abort();
      finish();
    });
    events.addEventListener('reopened', () => {
      over.abort();
      location.replace(path);
    });
  });
}
