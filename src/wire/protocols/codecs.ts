import type { ProtocolName } from '../model.ts';
import { awsQuery } from './aws-query.ts';
import type { Codec } from './codec.ts';
import { ec2Query } from './ec2-query.ts';
import { json } from './json.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcCbor } from './rpc-cbor.ts';
import { s3Errors } from './s3-errors.ts';

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

/** The codec that words refusals of a service which has no model here: S3 has a form of its own. */
export const errorCodecOf = (service: string, protocol: ProtocolName): Codec =>
  service === 's3' && protocol === 'rest-xml' ? s3Errors : codecOf(protocol);
