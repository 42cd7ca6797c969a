import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import { getParameter, getParameters, getParametersByPath } from './parameters.ts';

export const ssm: Service = {
  ...about,
  load: () => serviceFacts.load(),
  operations: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
  },
};
