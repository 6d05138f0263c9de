// The steps of creating a project, shown by the island `console-progress` as they happen.

import type { VNode } from 'preact';

const STEPS = [
  { step: 'roles', label: 'Roles' },
  { step: 'database', label: 'Database' },
  { step: 'catalogue', label: 'Ready' },
] as const;

export function CreationSteps(): VNode {
  return (
    <div data-progress-steps hidden>
      <ol class="status-steps">
        {STEPS.map(({ step, label }) => (
          <li key={step} data-name={step} data-step="todo">
            {label}
          </li>
        ))}
      </ol>
      <p class="visually-hidden" role="status" data-progress-said />
    </div>
  );
}
