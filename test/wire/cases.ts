import { readdirSync } from 'node:fs';

/** One call with its input and the output that a fake world answers: the same for every client and every golden file. */
export interface WireCase {
  /** Name of the golden files. */
  readonly name: string;
  /** botocore's name of the service; the JavaScript client is found by it. */
  readonly client: string;
  readonly operation: string;
  /** Blobs are written as Uint8Array. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  /** What botocore makes of a member before it sends it (it encodes user data itself). */
  readonly botocoreInput?: Readonly<Record<string, unknown>>;
}

const launchTime = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const instance = {
  InstanceId: 'i-0123456789abcdef0',
  ImageId: 'ami-0123456789abcdef0',
  State: { Code: 16, Name: 'running' },
  PrivateIpAddress: '10.0.1.7',
  LaunchTime: launchTime,
  EbsOptimized: false,
  Placement: { AvailabilityZone: 'us-east-1a', Tenancy: 'default' },
  Tags: [
    { Key: 'Name', Value: 'web <1> & "two"\r\n' },
    { Key: 'empty', Value: '' },
  ],
  SecurityGroups: [],
};

/** The cases that have a file of their own here, `SERVICE-cases.ts`. */
const casesOfServices = async (): Promise<readonly WireCase[]> => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('-cases.ts'));
  const names = files.toSorted().map((file) => file.replace(/-cases\.ts$/, ''));
  const modules = await Promise.all(
    names.map(async (name): Promise<Readonly<Record<string, readonly WireCase[]>>> => {
      return await import(`./${name}-cases.ts`);
    }),
  );
  return modules.flatMap((cases) => Object.values(cases).flat());
};

/** What the recorder sends with each client and the golden tests replay. */
export const wireCases: readonly WireCase[] = [
  {
    name: 'ec2-describe-availability-zones',
    client: 'ec2',
    operation: 'DescribeAvailabilityZones',
    input: {
      AllAvailabilityZones: true,
      ZoneIds: ['use1-az1', 'use1-az2'],
      Filters: [
        { Name: 'opt-in-status', Values: ['opt-in-not-required', 'opted in & "quoted" é €'] },
      ],
    },
    output: {
      AvailabilityZones: [
        { ZoneName: 'us-east-1a', ZoneId: 'use1-az1', State: 'available', Messages: [] },
        {
          ZoneName: 'us-east-1b',
          ZoneId: 'use1-az2',
          State: 'impaired',
          Messages: [{ Message: 'no power' }],
        },
      ],
    },
  },
  {
    name: 'ec2-describe-dhcp-options',
    client: 'ec2',
    operation: 'DescribeDhcpOptions',
    input: {
      DhcpOptionsIds: ['dopt-0123456789abcdef0'],
      Filters: [{ Name: 'key', Values: ['domain-name'] }],
    },
    output: {
      DhcpOptions: [
        {
          DhcpOptionsId: 'dopt-0123456789abcdef0',
          OwnerId: '123456789012',
          DhcpConfigurations: [{ Key: 'domain-name', Values: [{ Value: 'ec2.internal' }] }],
        },
      ],
    },
  },
  {
    name: 'ec2-run-instances',
    client: 'ec2',
    operation: 'RunInstances',
    input: {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 3,
      ClientToken: 'a-token',
      UserData: 'IyEvYmluL3NoCmVjaG8gaGk=',
      DryRun: false,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          AssociatePublicIpAddress: true,
          SubnetId: 'subnet-1',
          Groups: ['sg-1', 'sg-2'],
          PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '10.0.1.7' }],
        },
      ],
      BlockDeviceMappings: [
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 8, DeleteOnTermination: true } },
      ],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'a=b&c+d e%f' }] },
      ],
    },
    botocoreInput: { UserData: 'SXlFdlltbHVMM05vQ21WamFHOGdhR2s9' },
    output: { ReservationId: 'r-1', OwnerId: '123456789012', Groups: [], Instances: [instance] },
  },
  {
    name: 'ec2-describe-instances',
    client: 'ec2',
    operation: 'DescribeInstances',
    input: { InstanceIds: ['i-0123456789abcdef0'] },
    output: {
      Reservations: [{ ReservationId: 'r-1', Groups: [], Instances: [instance] }],
      NextToken: 'more',
    },
  },
  {
    name: 'ec2-authorize-security-group-ingress',
    client: 'ec2',
    operation: 'AuthorizeSecurityGroupIngress',
    input: {
      GroupId: 'sg-1',
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 80,
          ToPort: 80,
          IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'the world' }],
          UserIdGroupPairs: [{ GroupId: 'sg-2' }],
        },
      ],
    },
    output: {
      Return: true,
      SecurityGroupRules: [{ SecurityGroupRuleId: 'sgr-1', FromPort: 80, IsEgress: false }],
    },
  },
  {
    name: 'ec2-modify-vpc-attribute',
    client: 'ec2',
    operation: 'ModifyVpcAttribute',
    input: { VpcId: 'vpc-1', EnableDnsHostnames: { Value: true } },
  },
  {
    name: 'ec2-import-key-pair',
    client: 'ec2',
    operation: 'ImportKeyPair',
    input: {
      KeyName: 'k',
      PublicKeyMaterial: new TextEncoder().encode('ssh-ed25519 AAAA me@here'),
    },
    output: { KeyName: 'k', KeyFingerprint: 'aa:bb', KeyPairId: 'key-1' },
  },
  {
    name: 'ec2-create-tags',
    client: 'ec2',
    operation: 'CreateTags',
    input: { Resources: ['i-1', 'vol-1'], Tags: [{ Key: 'a', Value: '' }] },
  },
  ...(await casesOfServices()),
  {
    name: 'autoscaling-create-auto-scaling-group',
    client: 'autoscaling',
    operation: 'CreateAutoScalingGroup',
    input: {
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 6,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '$Latest' },
          Overrides: [{ InstanceType: 't3.micro' }, { InstanceType: 't3.small' }],
        },
      },
      VPCZoneIdentifier: 'subnet-1,subnet-2',
      Tags: [{ Key: 'stage', Value: 'test', PropagateAtLaunch: true }],
    },
    output: {},
  },
  {
    name: 'autoscaling-describe-auto-scaling-groups',
    client: 'autoscaling',
    operation: 'DescribeAutoScalingGroups',
    input: { AutoScalingGroupNames: ['web'], IncludeInstances: true },
    output: {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'web',
          MinSize: 0,
          MaxSize: 6,
          DesiredCapacity: 1,
          DefaultCooldown: 300,
          AvailabilityZones: ['us-east-1a', 'us-east-1b'],
          HealthCheckType: 'ELB',
          CreatedTime: launchTime,
          Instances: [
            {
              InstanceId: 'i-0123456789abcdef0',
              AvailabilityZone: 'us-east-1a',
              LifecycleState: 'InService',
              HealthStatus: 'Healthy',
              ProtectedFromScaleIn: false,
            },
          ],
          SuspendedProcesses: [],
        },
      ],
    },
  },
  {
    name: 'elbv2-create-load-balancer',
    client: 'elbv2',
    operation: 'CreateLoadBalancer',
    input: {
      Name: 'front',
      Subnets: ['subnet-1', 'subnet-2'],
      Scheme: 'internet-facing',
      Tags: [{ Key: 'stage', Value: 'test' }],
    },
    output: {
      LoadBalancers: [
        {
          LoadBalancerArn:
            'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/50dc6c495c0c9188',
          CreatedTime: launchTime,
          State: { Code: 'provisioning' },
          AvailabilityZones: [
            { ZoneName: 'us-east-1a', SubnetId: 'subnet-1', LoadBalancerAddresses: [] },
          ],
        },
      ],
    },
  },
  {
    name: 'elbv2-create-listener',
    client: 'elbv2',
    operation: 'CreateListener',
    input: {
      LoadBalancerArn: 'arn:lb',
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: 'arn:tg', Weight: 1 }],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
    },
    output: { Listeners: [{ ListenerArn: 'arn:listener', Port: 80, Protocol: 'HTTP' }] },
  },
  {
    name: 'elbv2-deregister-targets',
    client: 'elbv2',
    operation: 'DeregisterTargets',
    input: { TargetGroupArn: 'arn:tg', Targets: [{ Id: 'i-1', Port: 8080 }] },
    output: {},
  },
  {
    name: 'route53-create-hosted-zone',
    client: 'route53',
    operation: 'CreateHostedZone',
    input: {
      Name: 'example.com',
      CallerReference: 'r-1',
      HostedZoneConfig: { Comment: 'a & b <c>', PrivateZone: false },
    },
    output: {
      HostedZone: {
        Id: '/hostedzone/Z1',
        Name: 'example.com.',
        CallerReference: 'r-1',
        ResourceRecordSetCount: 2,
      },
      ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: launchTime },
      DelegationSet: { NameServers: ['ns-1.example', 'ns-2.example'] },
      Location: 'https://route53.amazonaws.com/2013-04-01/hostedzone/Z1',
    },
  },
  {
    name: 'route53-change-resource-record-sets',
    client: 'route53',
    operation: 'ChangeResourceRecordSets',
    input: {
      HostedZoneId: 'Z1',
      ChangeBatch: {
        Comment: 'one & two',
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: {
              Name: 'www.example.com',
              Type: 'TXT',
              TTL: 60,
              ResourceRecords: [{ Value: '"a < b"' }, { Value: '"c"' }],
            },
          },
          {
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: 'example.com',
              Type: 'A',
              SetIdentifier: 'one',
              Failover: 'PRIMARY',
              AliasTarget: {
                HostedZoneId: 'Z35SXDOTRQ7X7K',
                DNSName: 'front.elb.amazonaws.com',
                EvaluateTargetHealth: true,
              },
            },
          },
        ],
      },
    },
    output: { ChangeInfo: { Id: '/change/C2', Status: 'PENDING', SubmittedAt: launchTime } },
  },
  {
    name: 'route53-list-resource-record-sets',
    client: 'route53',
    operation: 'ListResourceRecordSets',
    input: {
      HostedZoneId: 'Z1',
      StartRecordName: 'a b+c.example.com',
      StartRecordType: 'A',
      MaxItems: 2,
    },
    output: {
      ResourceRecordSets: [
        {
          Name: 'example.com.',
          Type: 'NS',
          TTL: 172_800,
          ResourceRecords: [{ Value: 'ns-1.example.' }],
        },
        { Name: '\\052.example.com.', Type: 'A', TTL: 60, ResourceRecords: [] },
      ],
      IsTruncated: false,
      MaxItems: 2,
    },
  },
  {
    name: 'route53-delete-health-check',
    client: 'route53',
    operation: 'DeleteHealthCheck',
    input: { HealthCheckId: '01234567-89ab-cdef-0123-456789abcdef' },
    output: {},
  },
  {
    name: 'ssm-get-parameter',
    client: 'ssm',
    operation: 'GetParameter',
    input: {
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      WithDecryption: true,
    },
    output: {
      Parameter: { Name: '/a', Value: 'ami-1 "é"', Version: 3, LastModifiedDate: launchTime },
    },
  },
  {
    name: 'ssm-get-parameters-by-path',
    client: 'ssm',
    operation: 'GetParametersByPath',
    input: {
      Path: '/aws',
      Recursive: true,
      MaxResults: 10,
      ParameterFilters: [{ Key: 'Type', Values: ['String'] }],
    },
    output: { Parameters: [], NextToken: 'more' },
  },
  {
    name: 'sts-get-caller-identity',
    client: 'sts',
    operation: 'GetCallerIdentity',
    input: {},
    output: {
      UserId: '123456789012',
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
    },
  },
  {
    name: 'account-list-regions',
    client: 'account',
    operation: 'ListRegions',
    input: { MaxResults: 5, RegionOptStatusContains: ['ENABLED', 'ENABLING'] },
    output: {
      Regions: [{ RegionName: 'af-south-1', RegionOptStatus: 'ENABLING' }],
      NextToken: 'more',
    },
  },
  {
    name: 'account-enable-region',
    client: 'account',
    operation: 'EnableRegion',
    input: { RegionName: 'af-south-1' },
  },
  {
    name: 'ebs-put-snapshot-block',
    client: 'ebs',
    operation: 'PutSnapshotBlock',
    input: {
      SnapshotId: 'snap-0123456789abcdef0',
      BlockIndex: 7,
      BlockData: new TextEncoder().encode('bytes as they are: {"a": "\u00e9"}\n'),
      DataLength: 524_288,
      Progress: 50,
      Checksum: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
      ChecksumAlgorithm: 'SHA256',
    },
    output: {
      Checksum: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
      ChecksumAlgorithm: 'SHA256',
    },
  },
  {
    name: 'ec2-modify-availability-zone-group',
    client: 'ec2',
    operation: 'ModifyAvailabilityZoneGroup',
    input: { GroupName: 'us-west-2-lax-1', OptInStatus: 'opted-in' },
    output: { Return: true },
  },
  {
    name: 'iam-create-role',
    client: 'iam',
    operation: 'CreateRole',
    input: {
      RoleName: 'web',
      Path: '/app/',
      AssumeRolePolicyDocument: '{"Statement": [{"Action": "sts:AssumeRole & +"}]}\n',
      Tags: [{ Key: 'Name', Value: '' }],
    },
    output: {
      Role: {
        Path: '/app/',
        RoleName: 'web',
        RoleId: 'AROAIIAZKPKYKPI46JKUC',
        Arn: 'arn:aws:iam::123456789012:role/app/web',
        CreateDate: launchTime,
        AssumeRolePolicyDocument: '%7Bnot%20JSON%7D',
        MaxSessionDuration: 3600,
        Tags: [{ Key: 'Name', Value: '' }],
      },
    },
  },
  {
    name: 'lightsail-get-regions',
    client: 'lightsail',
    operation: 'GetRegions',
    input: { includeAvailabilityZones: true },
    output: {
      regions: [
        {
          name: 'us-east-2',
          displayName: 'Ohio',
          continentCode: 'NA',
          availabilityZones: [{ zoneName: 'us-east-2a', state: 'available' }],
          relationalDatabaseAvailabilityZones: [],
        },
      ],
    },
  },
  {
    name: 'pricing-get-products',
    client: 'pricing',
    operation: 'GetProducts',
    input: {
      ServiceCode: 'AmazonEC2',
      Filters: [{ Type: 'TERM_MATCH', Field: 'location', Value: 'EU (Ireland)' }],
      MaxResults: 1,
    },
    output: {
      FormatVersion: 'aws_v1',
      PriceList: ['{"product":{"sku":"0123456789ABCDEF"},"version":"1 \\"é\\""}'],
      NextToken: 'more',
    },
  },
];

/** The account that the recorded clients sign as. */
export const caseAccount = '123456789012';
