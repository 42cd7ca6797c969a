import { hash32 } from '../../atlas/hash.ts';
import type { ManagedPolicy } from './entities.ts';

/** What a statement of these policies says; every one allows. */
type Allowed = readonly [
  actions: readonly string[] | string,
  resources?: readonly string[] | string,
  condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>,
];

const eksTag = { StringLike: { 'aws:ResourceTag/kubernetes.io/cluster/*': 'owned' } };

const readsRegistry = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
];

/**
 * Policies that AWS manages and that stacks often attach, by path and name, with what they allow ("AWS Managed Policy
 * Reference Guide"). AWS revises them; since nothing enforces a policy here, only that they are there and can be read
 * matters.
 */
const documents: Readonly<Record<string, readonly Allowed[]>> = {
  '/AdministratorAccess': [['*']],
  '/AmazonEC2FullAccess': [
    ['ec2:*'],
    ['elasticloadbalancing:*'],
    ['cloudwatch:*'],
    ['autoscaling:*'],
    [
      'iam:CreateServiceLinkedRole',
      '*',
      {
        StringEquals: {
          'iam:AWSServiceName': [
            'autoscaling.amazonaws.com',
            'ec2scheduled.amazonaws.com',
            'elasticloadbalancing.amazonaws.com',
            'spot.amazonaws.com',
            'spotfleet.amazonaws.com',
            'transitgateway.amazonaws.com',
          ],
        },
      },
    ],
  ],
  '/AmazonEC2ReadOnlyAccess': [
    [['ec2:Describe*', 'ec2:GetSecurityGroupsForVpc']],
    ['elasticloadbalancing:Describe*'],
    [['cloudwatch:ListMetrics', 'cloudwatch:GetMetricStatistics', 'cloudwatch:Describe*']],
    ['autoscaling:Describe*'],
  ],
  '/AmazonS3FullAccess': [[['s3:*', 's3-object-lambda:*']]],
  '/AmazonS3ReadOnlyAccess': [
    [['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']],
  ],
  '/AmazonDynamoDBFullAccess': [[['dynamodb:*', 'dax:*']]],
  '/AmazonDynamoDBReadOnlyAccess': [
    [
      [
        'dynamodb:BatchGetItem',
        'dynamodb:Describe*',
        'dynamodb:List*',
        'dynamodb:GetItem',
        'dynamodb:Query',
        'dynamodb:Scan',
        'dynamodb:PartiQLSelect',
      ],
    ],
  ],
  '/AmazonRoute53FullAccess': [[['route53:*', 'route53domains:*']]],
  '/AmazonRoute53ReadOnlyAccess': [[['route53:Get*', 'route53:List*', 'route53:TestDNSAnswer']]],
  '/AmazonSQSFullAccess': [['sqs:*']],
  '/AmazonSNSFullAccess': [['sns:*']],
  '/AmazonVPCReadOnlyAccess': [['ec2:Describe*']],
  '/AutoScalingFullAccess': [
    ['autoscaling:*'],
    ['cloudwatch:PutMetricAlarm'],
    [['ec2:Describe*']],
    ['elasticloadbalancing:Describe*'],
  ],
  '/AutoScalingReadOnlyAccess': [['autoscaling:Describe*']],
  '/ElasticLoadBalancingFullAccess': [['elasticloadbalancing:*'], [['ec2:Describe*']]],
  '/ElasticLoadBalancingReadOnly': [['elasticloadbalancing:Describe*']],
  '/SecretsManagerReadWrite': [['secretsmanager:*']],
  '/AmazonSSMManagedInstanceCore': [
    [
      [
        'ssm:DescribeAssociation',
        'ssm:GetDeployablePatchSnapshotForInstance',
        'ssm:GetDocument',
        'ssm:DescribeDocument',
        'ssm:GetManifest',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListAssociations',
        'ssm:ListInstanceAssociations',
        'ssm:PutInventory',
        'ssm:PutComplianceItems',
        'ssm:PutConfigurePackageResult',
        'ssm:UpdateAssociationStatus',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ],
    ],
    [
      [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
    ],
    [
      [
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ],
    ],
  ],
  '/AmazonSSMPatchAssociation': [
    ['ssm:DescribeEffectivePatchesForPatchBaseline', 'arn:aws:ssm:*:*:patchbaseline/*'],
    ['ssm:GetPatchBaseline', 'arn:aws:ssm:*:*:patchbaseline/*'],
    ['tag:GetResources'],
    ['ssm:DescribePatchBaselines'],
  ],
  '/AmazonSSMReadOnlyAccess': [[['ssm:Describe*', 'ssm:Get*', 'ssm:List*']]],
  '/AmazonSSMFullAccess': [
    [['cloudwatch:PutMetricData', 'ds:CreateComputer', 'ds:DescribeDirectories']],
    [['ec2:DescribeInstanceStatus', 'logs:*', 'ssm:*', 'ec2messages:*']],
  ],
  '/CloudWatchAgentServerPolicy': [
    [
      [
        'cloudwatch:PutMetricData',
        'ec2:DescribeVolumes',
        'ec2:DescribeTags',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
        'logs:DescribeLogStreams',
        'logs:DescribeLogGroups',
        'logs:CreateLogStream',
        'logs:CreateLogGroup',
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ],
    ],
    ['ssm:GetParameter', 'arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*'],
  ],
  '/CloudWatchReadOnlyAccess': [
    [
      [
        'autoscaling:Describe*',
        'cloudwatch:Describe*',
        'cloudwatch:Get*',
        'cloudwatch:List*',
        'logs:Get*',
        'logs:List*',
        'logs:Describe*',
        'logs:FilterLogEvents',
      ],
    ],
  ],
  '/CloudWatchFullAccess': [[['autoscaling:Describe*', 'cloudwatch:*', 'logs:*', 'sns:*']]],
  '/CloudWatchLogsFullAccess': [[['logs:*', 'cloudwatch:GenerateQuery']]],
  '/AWSXRayDaemonWriteAccess': [
    [
      [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ],
    ],
  ],
  '/AmazonEC2ContainerRegistryReadOnly': [
    [
      [
        ...readsRegistry,
        'ecr:GetRepositoryPolicy',
        'ecr:DescribeRepositories',
        'ecr:ListImages',
        'ecr:DescribeImages',
        'ecr:GetLifecyclePolicy',
        'ecr:GetLifecyclePolicyPreview',
        'ecr:ListTagsForResource',
        'ecr:DescribeImageScanFindings',
      ],
    ],
  ],
  '/AmazonEC2ContainerRegistryPullOnly': [
    [
      [
        'ecr:GetAuthorizationToken',
        'ecr:BatchImportUpstreamImage',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
      ],
    ],
  ],
  '/AmazonEKSWorkerNodePolicy': [
    [
      [
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVolumes',
        'ec2:DescribeVolumesModifications',
        'ec2:DescribeVpcs',
        'eks:DescribeCluster',
        'eks-auth:AssumeRoleForPodIdentity',
      ],
    ],
  ],
  '/AmazonEKS_CNI_Policy': [
    [
      [
        'ec2:AssignPrivateIpAddresses',
        'ec2:AttachNetworkInterface',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeInstances',
        'ec2:DescribeTags',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeSubnets',
        'ec2:DetachNetworkInterface',
        'ec2:ModifyNetworkInterfaceAttribute',
        'ec2:UnassignPrivateIpAddresses',
      ],
    ],
    ['ec2:CreateTags', 'arn:aws:ec2:*:*:network-interface/*'],
  ],
  '/AmazonEKSClusterPolicy': [
    [['autoscaling:DescribeAutoScalingGroups', 'autoscaling:UpdateAutoScalingGroup']],
    [['ec2:Describe*', 'elasticloadbalancing:*', 'kms:DescribeKey'], '*', eksTag],
  ],
  '/service-role/AmazonEC2ContainerServiceforEC2Role': [
    [
      [
        'ec2:DescribeTags',
        'ecs:CreateCluster',
        'ecs:DeregisterContainerInstance',
        'ecs:DiscoverPollEndpoint',
        'ecs:Poll',
        'ecs:RegisterContainerInstance',
        'ecs:StartTelemetrySession',
        'ecs:UpdateContainerInstancesState',
        'ecs:Submit*',
        ...readsRegistry,
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ],
    ],
  ],
  '/service-role/AmazonECSTaskExecutionRolePolicy': [
    [[...readsRegistry, 'logs:CreateLogStream', 'logs:PutLogEvents']],
  ],
  '/service-role/AWSLambdaBasicExecutionRole': [
    [['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']],
  ],
  '/service-role/AWSLambdaVPCAccessExecutionRole': [
    [
      [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
    ],
  ],
  '/service-role/AmazonEBSCSIDriverPolicy': [
    [
      [
        'ec2:CreateSnapshot',
        'ec2:AttachVolume',
        'ec2:DetachVolume',
        'ec2:ModifyVolume',
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInstances',
        'ec2:DescribeSnapshots',
        'ec2:DescribeTags',
        'ec2:DescribeVolumes',
        'ec2:DescribeVolumesModifications',
      ],
    ],
    [['ec2:CreateVolume', 'ec2:DeleteVolume', 'ec2:DeleteSnapshot'], '*', eksTag],
  ],
  '/service-role/AutoScalingNotificationAccessRole': [
    [['sqs:SendMessage', 'sqs:GetQueueUrl', 'sns:Publish']],
  ],
  '/service-role/AWSCodeDeployRole': [
    [
      [
        'autoscaling:*',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:TerminateInstances',
        'tag:GetResources',
        'sns:Publish',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:PutMetricAlarm',
        'elasticloadbalancing:*',
      ],
    ],
  ],
  '/aws-service-role/AutoScalingServiceRolePolicy': [
    [
      [
        'ec2:AttachClassicLinkVpc',
        'ec2:CancelSpotInstanceRequests',
        'ec2:CreateFleet',
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:Describe*',
        'ec2:DetachClassicLinkVpc',
        'ec2:GetInstanceTypesFromInstanceRequirements',
        'ec2:GetSecurityGroupsForVpc',
        'ec2:ModifyInstanceAttribute',
        'ec2:RequestSpotInstances',
        'ec2:RunInstances',
        'ec2:StartInstances',
        'ec2:StopInstances',
        'ec2:TerminateInstances',
      ],
    ],
    ['iam:PassRole', '*', { StringLike: { 'iam:PassedToService': 'ec2.amazonaws.com*' } }],
    [
      'iam:CreateServiceLinkedRole',
      '*',
      { StringEquals: { 'iam:AWSServiceName': 'spot.amazonaws.com' } },
    ],
    [['elasticloadbalancing:Register*', 'elasticloadbalancing:Deregister*']],
    ['elasticloadbalancing:Describe*'],
    [['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm']],
    ['sns:Publish'],
  ],
  '/aws-service-role/AWSElasticLoadBalancingServiceRolePolicy': [
    [
      [
        'ec2:DescribeAddresses',
        'ec2:DescribeInstances',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeVpcs',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeAccountAttributes',
        'ec2:CreateSecurityGroup',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:ModifyNetworkInterfaceAttribute',
        'ec2:AllocateAddress',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AssociateAddress',
        'ec2:DisassociateAddress',
        'ec2:AttachNetworkInterface',
        'ec2:DetachNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:AssignIpv6Addresses',
        'ec2:ReleaseAddress',
        'ec2:UnassignIpv6Addresses',
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
      ],
    ],
  ],
};

const documentOf = (statements: readonly Allowed[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(([Action, Resource = '*', Condition]) => ({
      Effect: 'Allow',
      Action,
      Resource,
      ...(Condition === undefined ? {} : { Condition }),
    })),
  });

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** AWS's ids of these policies are the same for everybody; ours are so too, but they are not AWS's. */
const stableId = (arn: string): string =>
  `ANPA${Array.from({ length: 17 }, (_, index) => letters[hash32(arn, index) % 32]).join('')}`;

/** 2015-02-06T18:40:00Z: about when AWS made the first of them; of most the day is not known here. */
const madeAtMs = 1_423_248_000_000;

const policyOf = (pathAndName: string, statements: readonly Allowed[]): ManagedPolicy => {
  const id = `arn:aws:iam::aws:policy${pathAndName}`;
  const slash = pathAndName.lastIndexOf('/') + 1;
  return {
    id,
    name: pathAndName.slice(slash),
    path: pathAndName.slice(0, slash),
    policyId: stableId(id),
    description: null,
    createdAt: madeAtMs,
    updatedAt: madeAtMs,
    versions: [{ versionId: 'v1', document: documentOf(statements), createdAt: madeAtMs }],
    defaultVersionId: 'v1',
    nextVersion: 2,
  };
};

/** The policies that AWS manages, by ARN. */
export const awsPolicies: ReadonlyMap<string, ManagedPolicy> = new Map(
  Object.entries(documents).map(([pathAndName, statements]) => {
    const policy = policyOf(pathAndName, statements);
    return [policy.id, policy];
  }),
);
