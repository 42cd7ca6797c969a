import type { ParameterHistory } from '@aws-sdk/client-ssm';
import type { Plain } from '../operation.ts';
import type { ParameterVersion } from './entities.ts';

/** What history and lists tell of a version beside its value. */
export const describedFacts = (version: ParameterVersion): Plain<ParameterHistory> => ({
  Name: version.name,
  Type: version.type,
  ...(version.keyId === null ? {} : { KeyId: version.keyId }),
  LastModifiedDate: version.modifiedAt,
  LastModifiedUser: version.modifiedBy,
  ...(version.description === '' ? {} : { Description: version.description }),
  ...(version.allowedPattern === '' ? {} : { AllowedPattern: version.allowedPattern }),
  Version: version.version,
  Tier: version.tier,
  Policies: version.policies.map(({ type, text }) => ({
    PolicyType: type,
    PolicyText: text,
    PolicyStatus: 'Pending',
  })),
  DataType: version.dataType,
});
