// The parameters of paths that several resources share.

import { z } from 'zod';
import type { ProjectId } from '../../../ids.ts';
import { idField } from '../call/field-shapes.ts';

export const projectParams = z.object({ project_id: idField<ProjectId>() });
