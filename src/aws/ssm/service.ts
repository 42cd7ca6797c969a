import { extend } from '../../world/rules.ts';
import { ImageParameters } from '../ec2/images/launch-image.ts';
import type { Service } from '../operation.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import { about } from './about.ts';
import { deleteParameter, deleteParameters } from './delete-parameters.ts';
import { describeParameters } from './describe-parameters.ts';
import {
  getParameterHistory,
  labelParameterVersion,
  unlabelParameterVersion,
} from './parameter-history.ts';
import {
  addTagsToResource,
  listTagsForResource,
  removeTagsFromResource,
} from './parameter-tags.ts';
import { getParameter, getParameters, getParametersByPath, imageParameter } from './parameters.ts';
import { putParameter } from './put-parameter.ts';

export const ssm: Service = {
  ...about,
  load: () => serviceFacts.load(),
  extends: [extend(ImageParameters, 'own', imageParameter)],
  operations: {
    AddTagsToResource: addTagsToResource,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    DescribeParameters: describeParameters,
    GetParameter: getParameter,
    GetParameterHistory: getParameterHistory,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    LabelParameterVersion: labelParameterVersion,
    ListTagsForResource: listTagsForResource,
    PutParameter: putParameter,
    RemoveTagsFromResource: removeTagsFromResource,
    UnlabelParameterVersion: unlabelParameterVersion,
  },
};
