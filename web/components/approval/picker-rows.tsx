// The rows of the list of targets: a radio button for each compute, grouped by account.

import type { VNode } from 'preact';
import { ProjectLabelTag, type ProjectLabelView } from '../project-label.tsx';

export interface PickerCompute {
  readonly id: string;
  readonly name: string;
  readonly type: 'read_write' | 'read_only';
  readonly state: 'init' | 'active' | 'idle';
  /** Why it cannot be chosen, as a full sentence; null when it can be. */
  readonly obstacle: string | null;
  readonly offersReadOnly: boolean;
  /** It requires a more recent sign-in than the person's. */
  readonly asksToSignIn: boolean;
  /** Others have to agree, or a reason has to be given, first. */
  readonly asksFirst: boolean;
  /** When this person last used it, in words; null: never. */
  readonly lastUsed: string | null;
}

export interface PickerProject {
  readonly id: string;
  readonly name: string;
  readonly label: ProjectLabelView;
  readonly computes: readonly PickerCompute[];
}

export interface PickerAccount {
  readonly id: string;
  readonly name: string;
  /** Next to the name: `organization`, `personal account`, `shared with you`. */
  readonly kind: string;
  readonly projects: readonly PickerProject[];
}

interface PickerGroupsProps {
  readonly accounts: readonly PickerAccount[];
  readonly pickedComputeId: string | null;
}

export function PickerGroups({ accounts, pickedComputeId }: PickerGroupsProps): VNode {
  return (
    <>
      {accounts.map((account) => (
        <fieldset key={account.id} class="picker-account" data-picker-group>
          <legend>
            <bdi>{account.name}</bdi> <span class="kind">{account.kind}</span>
          </legend>
          <div class="picker-list">
            {account.projects.map((project) => (
              <Project key={project.id} project={project} account={account} pickedComputeId={pickedComputeId} />
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

interface ProjectProps {
  readonly account: PickerAccount;
  readonly project: PickerProject;
  readonly pickedComputeId: string | null;
}

function Project({ account, project, pickedComputeId }: ProjectProps): VNode {
  const [first, ...others] = project.computes;
  const isSingle = first !== undefined && others.length === 0;
  return (
    <div class="picker-project" data-picker-project={`${account.name} ${project.name} ${project.id}`.toLowerCase()}>
      {!isSingle && (
        <p class="picker-project-name">
          <bdi>{project.name}</bdi> <ProjectLabelTag label={project.label} />
        </p>
      )}
      {project.computes.map((compute) => (
        <Choice
          key={compute.id}
          compute={compute}
          account={account.name}
          title={isSingle ? project.name : compute.name}
          label={project.label}
          showsLabel={isSingle}
          isPicked={compute.id === pickedComputeId}
        />
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly compute: PickerCompute;
  /** Shown where its group's heading is not. */
  readonly account: string;
  readonly title: string;
  readonly label: ProjectLabelView;
  /** Not where the heading above has it. */
  readonly showsLabel: boolean;
  readonly isPicked: boolean;
}

function Choice({ compute, account, title, label, showsLabel, isPicked }: ChoiceProps): VNode {
  const lastUsed = compute.lastUsed === null ? null : `used ${compute.lastUsed}`;
  const signIn = compute.asksToSignIn && compute.obstacle === null ? 'asks to sign in again' : null;
  const asks = compute.asksFirst && compute.obstacle === null ? 'asks first' : null;
  const kind = compute.type === 'read_only' ? 'read-only replica' : null;
  const details = [kind, lastUsed, signIn, asks].filter((part) => part !== null).join(' · ');
  return (
    <label class="choice">
      <input
        type="radio"
        name="compute_id"
        value={compute.id}
        checked={isPicked}
        disabled={compute.obstacle !== null}
        data-label={label === 'none' ? undefined : label}
        data-read-only={compute.offersReadOnly ? 'offered' : undefined}
        data-asks-to-sign-in={compute.asksToSignIn ? 'yes' : undefined}
        required
      />
      <span class="choice-name">
        <bdi>{title}</bdi> {showsLabel && <ProjectLabelTag label={label} />}
        <span class="choice-detail">
          <span class="choice-account">
            <bdi>{account}</bdi>
            {details !== '' && ' · '}
          </span>
          {details}
        </span>
        {compute.obstacle !== null && <span class="choice-detail">{compute.obstacle}</span>}
      </span>
      {compute.state !== 'active' && <span class={`state ${compute.state}`}>{STATES[compute.state]}</span>}
    </label>
  );
}

const STATES = { idle: 'Idle, will wake', init: 'Starting' } as const;
