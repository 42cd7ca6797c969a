import type { Running } from '../support/faultline-process.ts';

/** As clients sign for EC2 in us-east-1; nobody verifies it here. */
export const authorization =
  'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/ec2/aws4_request, ' +
  `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;

/** The bytes of an EC2 request as an SDK sends it. `{n}` in the body stands for nine digits. */
export const ec2Request = (port: number, body: string): string =>
  [
    'POST / HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date: 20260101T000000Z',
    `authorization: ${authorization}`,
    'user-agent: aws-sdk-js/3.0.0 ua/2.1 os/linux lang/js md/nodejs#24 api/ec2#3.0.0',
    `content-length: ${body.replace('{n}', '123456789').length}`,
    '',
    body,
  ].join('\r\n');

/** The port of a running world's API. */
export const portOf = (running: Running): number => Number(new URL(running.endpoint).port);

/** One call of a service whose protocol is a form, to us-east-1; the text of its answer. */
export const formCall = async (
  endpoint: string,
  body: string,
  service: 'ec2' | 'elasticloadbalancing' = 'ec2',
): Promise<string> => {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: {
      authorization: authorization.replace('/ec2/', `/${service}/`),
      'content-type': 'application/x-www-form-urlencoded',
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${body}: ${text}`);
  return text;
};

/** The text of the first element of that name in an answer. */
export const elementOf = (answer: string, name: string): string => {
  const text = new RegExp(`<${name}>([^<]+)`).exec(answer)?.[1];
  if (text === undefined) throw new Error(`No <${name}> in ${answer}`);
  return text;
};
