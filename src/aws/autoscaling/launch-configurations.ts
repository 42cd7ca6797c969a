import type {
  CreateLaunchConfigurationType,
  LaunchConfiguration as Answer,
  LaunchConfigurationNamesType,
  LaunchConfigurationNameType,
  LaunchConfigurationsType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { instanceById } from '../ec2/instances/instances.ts';
import { InstanceUserDatas, NetworkInterfaces } from '../ec2/instances/instance-entities.ts';
import { unreadNames } from '../ec2/launch/launch-parameters.ts';
import { bytesOfBase64 } from '../ec2/launch/launch-user-data.ts';
import type { Operation, Plain } from '../operation.ts';
import { newUuid } from './activities.ts';
import { AutoScalingGroups, LaunchConfigurations, type LaunchConfiguration } from './entities.ts';
import {
  configurationExists,
  configurationNotFound,
  limitExceeded,
  notBuilt,
  resourceInUse,
  validation,
} from './errors.ts';
import { checkConfiguration } from './launch-checks.ts';
import { page } from './lookups.ts';
import { quotaIn } from './quotas.ts';

type Input = Plain<CreateLaunchConfigurationType>;

const built: ReadonlySet<string> = new Set<keyof Input>([
  'AssociatePublicIpAddress',
  'BlockDeviceMappings',
  'EbsOptimized',
  'IamInstanceProfile',
  'ImageId',
  'InstanceId',
  'InstanceMonitoring',
  'InstanceType',
  'KeyName',
  'LaunchConfigurationName',
  'MetadataOptions',
  'PlacementTenancy',
  'SecurityGroups',
  'UserData',
]);

/** What an instance gives to a configuration that is made like it. */
type Pattern = Pick<Input, 'ImageId' | 'InstanceType' | 'KeyName' | 'SecurityGroups' | 'UserData'>;

const patternOf = (tx: Tx, instanceId: string): Pattern | DomainError => {
  const instance = instanceById(tx, instanceId);
  if (isDomainError(instance)) return validation(instance.message);
  const { networkInterfaceId } = instance;
  return {
    ImageId: instance.imageId,
    InstanceType: instance.instanceType,
    KeyName: instance.keyName ?? undefined,
    SecurityGroups:
      networkInterfaceId === null ? [] : tx.get(NetworkInterfaces, networkInterfaceId)?.groupIds,
    UserData: tx.get(InstanceUserDatas, instance.id)?.base64,
  };
};

const checkInput = (tx: Tx, input: Input): DomainError | undefined => {
  const name = input.LaunchConfigurationName ?? '';
  if (tx.get(LaunchConfigurations, name) !== undefined) return configurationExists(name);
  const [unread] = unreadNames(input, built);
  if (unread !== undefined) return notBuilt(`the parameter ${unread} of launch configurations`);
  if ((input.PlacementTenancy ?? 'default') !== 'default') {
    return notBuilt(`the tenancy '${input.PlacementTenancy}'`);
  }
  if (input.UserData !== undefined && bytesOfBase64(input.UserData) === undefined) {
    return validation('Invalid BASE64 encoding of user data.');
  }
  return tx.list(LaunchConfigurations).length >= quotaIn(tx, 'launchConfigurationsPerRegion')
    ? limitExceeded(
        `Only ${quotaIn(tx, 'launchConfigurationsPerRegion')} launch configurations are allowed`,
      )
    : undefined;
};

const metadataOptions = (asked: Input['MetadataOptions']): LaunchConfiguration['metadataOptions'] =>
  asked === undefined
    ? null
    : {
        ...(asked.HttpTokens === undefined ? {} : { HttpTokens: asked.HttpTokens }),
        ...(asked.HttpEndpoint === undefined ? {} : { HttpEndpoint: asked.HttpEndpoint }),
        ...(asked.HttpPutResponseHopLimit === undefined
          ? {}
          : { HttpPutResponseHopLimit: asked.HttpPutResponseHopLimit }),
      };

/** CreateLaunchConfiguration: from parameters, or like an instance. */
export const createLaunchConfiguration: Operation<
  CreateLaunchConfigurationType,
  Record<string, never>
> = (tx, input) => {
  const refusal = checkInput(tx, input);
  if (refusal !== undefined) return refusal;
  const pattern = input.InstanceId === undefined ? {} : patternOf(tx, input.InstanceId);
  if (isDomainError(pattern)) return pattern;
  const imageId = input.ImageId ?? pattern.ImageId;
  const instanceType = input.InstanceType ?? pattern.InstanceType;
  if (imageId === undefined || instanceType === undefined) {
    return validation(
      'Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.',
    );
  }
  const name = input.LaunchConfigurationName ?? '';
  const configuration: LaunchConfiguration = {
    id: name,
    arn: `arn:aws:autoscaling:${tx.shard}:${tx.account}:launchConfiguration:${newUuid(tx)}:launchConfigurationName/${name}`,
    createdAt: tx.now,
    imageId,
    instanceType,
    keyName: (input.KeyName ?? pattern.KeyName) || null,
    securityGroups: input.SecurityGroups ?? pattern.SecurityGroups ?? [],
    userData: (input.UserData ?? pattern.UserData) || null,
    blockDeviceMappings: input.BlockDeviceMappings ?? [],
    // "By default, detailed monitoring is enabled" for launch configurations (API Reference).
    detailedMonitoring: input.InstanceMonitoring?.Enabled ?? true,
    iamInstanceProfile: input.IamInstanceProfile ?? null,
    ebsOptimized: input.EbsOptimized ?? false,
    associatePublicIpAddress: input.AssociatePublicIpAddress ?? null,
    metadataOptions: metadataOptions(input.MetadataOptions),
  };
  const missing = checkConfiguration(tx, configuration);
  if (missing !== undefined) return missing;
  tx.put(LaunchConfigurations, configuration);
  return {};
};

const answer = (configuration: LaunchConfiguration): Plain<Answer> => ({
  LaunchConfigurationName: configuration.id,
  LaunchConfigurationARN: configuration.arn,
  ImageId: configuration.imageId,
  KeyName: configuration.keyName ?? '',
  SecurityGroups: configuration.securityGroups,
  ClassicLinkVPCSecurityGroups: [],
  UserData: configuration.userData ?? '',
  InstanceType: configuration.instanceType,
  KernelId: '',
  RamdiskId: '',
  // Mappings come with the name of their device, which the model requires.
  BlockDeviceMappings: configuration.blockDeviceMappings as Plain<Answer>['BlockDeviceMappings'],
  InstanceMonitoring: { Enabled: configuration.detailedMonitoring },
  IamInstanceProfile: configuration.iamInstanceProfile ?? undefined,
  CreatedTime: configuration.createdAt,
  EbsOptimized: configuration.ebsOptimized,
  AssociatePublicIpAddress: configuration.associatePublicIpAddress ?? undefined,
  MetadataOptions: configuration.metadataOptions ?? undefined,
});

/** DescribeLaunchConfigurations: by names or all; a name that is none is passed over. */
export const describeLaunchConfigurations: Operation<
  LaunchConfigurationNamesType,
  LaunchConfigurationsType
> = (tx, input) => {
  const names = input.LaunchConfigurationNames ?? [];
  const found =
    names.length === 0
      ? tx.list(LaunchConfigurations)
      : [...new Set(names)].flatMap((name) => tx.get(LaunchConfigurations, name) ?? []);
  const shown = page(found, input, (configuration) => configuration.id);
  if (isDomainError(shown)) return shown;
  return { LaunchConfigurations: shown.items.map(answer), NextToken: shown.nextToken };
};

/** DeleteLaunchConfiguration: refused while a group launches from it. */
export const deleteLaunchConfiguration: Operation<
  LaunchConfigurationNameType,
  Record<string, never>
> = (tx, input) => {
  const name = input.LaunchConfigurationName ?? '';
  if (tx.get(LaunchConfigurations, name) === undefined) return configurationNotFound(name);
  const [group] = tx.find(AutoScalingGroups, 'configuration', name);
  if (group !== undefined) {
    return resourceInUse(
      `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${group.id}`,
    );
  }
  tx.delete(LaunchConfigurations, name);
  return {};
};
