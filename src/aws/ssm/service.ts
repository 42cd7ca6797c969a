import type { Service } from '../operation.ts';
import { getParameter, getParameters, getParametersByPath } from './parameters.ts';

export const ssm: Service = {
  name: 'ssm',
  title: 'AWS Systems Manager',
  shard: 'region',
  operations: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
  },
};
