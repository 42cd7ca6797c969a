import { expect, test } from 'vitest';
import { DomainError } from '../../world/domain-error.ts';
import { serviceModel } from '../model.ts';
import type { WireRequest } from './codec.ts';
import { isAnsweredInJson, queryInJson } from './query-in-json.ts';

const request = (accept: string | undefined): WireRequest => ({
  method: 'GET',
  path: '/',
  query: 'Action=GetCallerIdentity&Version=2011-06-15',
  headers: { accept },
  body: Buffer.alloc(0),
});

test.each([
  ['sts', 'application/json', true],
  ['sts', 'text/plain, application/json;q=0.9', true],
  ['sts', '*/*', false],
  ['sts', undefined, false],
  ['iam', 'application/json', false],
])('%s asked with Accept %s: %s', async (service, accept, isJson) => {
  expect(isAnsweredInJson(await serviceModel(service), request(accept))).toBe(isJson);
});

test('answers and errors have the members of the XML', async () => {
  const model = await serviceModel('sts');
  const parsed = queryInJson.parse(model, request('application/json'));
  if (!('operation' in parsed)) throw new Error(parsed.message);
  const answer = queryInJson.serialise(parsed.operation, { Account: '111122223333' }, 'id');
  expect(JSON.parse(String(answer.body))).toEqual({
    GetCallerIdentityResponse: {
      GetCallerIdentityResult: { Account: '111122223333' },
      ResponseMetadata: { RequestId: 'id' },
    },
  });
  const error = queryInJson.serialiseError(model, new DomainError('AccessDenied', 'No.'), 'id');
  expect(error.status).toBe(403);
  expect(JSON.parse(String(error.body))).toEqual({
    Error: { Code: 'AccessDenied', Message: 'No.', Type: 'Sender' },
    RequestId: 'id',
  });
});
