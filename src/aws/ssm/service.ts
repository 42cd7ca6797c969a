import type { Service } from '../operation.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import { getParameter, getParameters, getParametersByPath } from './parameters.ts';

export const ssm: Service = {
  name: 'ssm',
  title: 'AWS Systems Manager',
  shard: 'region',
  load: () => serviceFacts.load(),
  operations: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
  },
};
