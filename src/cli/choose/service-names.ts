import { earthChoiceFacts } from '../../atlas/choose/choice-facts.ts';

/** What people call services whose endpoint has another name: AWS's own names, in small letters. */
const commonNames: Readonly<Record<string, string>> = {
  alb: 'elasticloadbalancing',
  apigateway: 'apigateway',
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
  cognito: 'cognito-idp',
  documentdb: 'docdb',
  dynamodbstreams: 'streams.dynamodb',
  ecr: 'api.ecr',
  efs: 'elasticfilesystem',
  elb: 'elasticloadbalancing',
  elbv2: 'elasticloadbalancing',
  emr: 'elasticmapreduce',
  eventbridge: 'events',
  inspectorv2: 'inspector2',
  lex: 'runtime-v2-lex',
  memorydb: 'memory-db',
  msk: 'kafka',
  nlb: 'elasticloadbalancing',
  opensearch: 'es',
  pricing: 'api.pricing',
  sagemaker: 'api.sagemaker',
  ses: 'email',
  sesv2: 'email',
  sfn: 'states',
  stepfunctions: 'states',
  timestream: 'ingest.timestream',
  vpc: 'ec2',
};

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/^(aws|amazon)[ -]/, '')
    .replaceAll(/[^a-z0-9.]/g, '');

let idByPlainName: ReadonlyMap<string, string> | undefined;

/** The id of a service in the facts, from that id or a common name of it; undefined when it is neither. */
export const serviceIdOf = (text: string): string | undefined => {
  idByPlainName ??= new Map([
    ...Object.entries(commonNames),
    ...earthChoiceFacts.services.map((id): [string, string] => [plain(id), id]),
  ]);
  return idByPlainName.get(plain(text));
};

/** All names that `serviceIdOf` takes. */
export const serviceNames = (): readonly string[] => [
  ...new Set([...earthChoiceFacts.services, ...Object.keys(commonNames)]),
];
