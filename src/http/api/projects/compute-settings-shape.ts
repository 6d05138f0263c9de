// What calls may set of a compute.

import { z } from 'zod';
import {
  computeUnitField,
  endpointSettingsShape,
  requireOfferedEndpointSettings,
  suspendTimeoutField,
} from './project-settings-shape.ts';

// Neon API 2.7.3: EndpointCreateRequest, EndpointUpdateRequest
export const computeSettings = z.object({
  name: z.string().min(1).max(64).optional(),
  settings: endpointSettingsShape.optional(),
  autoscaling_limit_min_cu: computeUnitField.optional(),
  autoscaling_limit_max_cu: computeUnitField.optional(),
  suspend_timeout_seconds: suspendTimeoutField.optional(),
  disabled: z.boolean().optional(),
  passwordless_access: z.boolean().optional(),
});

/** Throws `not_offered` for settings of the Postgres or a pooler behind it. */
export function changesFrom(given: z.output<typeof computeSettings>) {
  requireOfferedEndpointSettings(given.settings);
  return {
    name: given.name,
    autoscalingMinCu: given.autoscaling_limit_min_cu,
    autoscalingMaxCu: given.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: given.suspend_timeout_seconds,
    isDisabled: given.disabled,
    passwordlessAccess: given.passwordless_access,
  };
}
