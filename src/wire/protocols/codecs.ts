import type { ProtocolName } from '../model.ts';
import { awsQuery } from './aws-query.ts';
import type { Codec } from './codec.ts';
import { ec2Query } from './ec2-query.ts';
import { json } from './json.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';

/**
 * The codec of each protocol. `smithy-rpc-v2-cbor` is CloudWatch's newest and comes with that service: its
 * codec goes here.
 */
const codecs: Readonly<Record<Exclude<ProtocolName, 'smithy-rpc-v2-cbor'>, Codec>> = {
  ec2: ec2Query,
  query: awsQuery,
  'rest-xml': restXml,
  'rest-json': restJson,
  json,
};

/** The codec of a protocol; undefined for one that is not built. */
export const codecOf = (protocol: ProtocolName): Codec | undefined =>
  protocol === 'smithy-rpc-v2-cbor' ? undefined : codecs[protocol];
