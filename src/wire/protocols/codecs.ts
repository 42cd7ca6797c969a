import type { ProtocolName } from '../model.ts';
import { awsQuery } from './aws-query.ts';
import type { Codec } from './codec.ts';
import { ec2Query } from './ec2-query.ts';
import { json } from './json.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcCbor } from './rpc-cbor.ts';

const codecs: Readonly<Record<ProtocolName, Codec>> = {
  ec2: ec2Query,
  query: awsQuery,
  'rest-xml': restXml,
  'rest-json': restJson,
  json,
  'smithy-rpc-v2-cbor': rpcCbor,
};

/** The codec of a protocol. */
export const codecOf = (protocol: ProtocolName): Codec => codecs[protocol];
