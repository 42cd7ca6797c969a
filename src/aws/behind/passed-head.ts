import type { Preset } from './presets.ts';

/** A call that goes behind, as far as its head has to be made another one for it. */
export interface HeadBehind {
  /** Path and query as they were sent. */
  readonly target: string;
  readonly host: string;
  readonly accessKeyId: string;
  readonly account: string;
  readonly region: string;
  /** Signed for several Regions at once (SigV4a). */
  readonly isOfRegionSet: boolean;
  /** What the name of the Host says, where it is one of AWS's: `sqs.us-east-1.localhost`. */
  readonly awsHost: { readonly bucket: string | undefined } | undefined;
  readonly preset: Preset | undefined;
}

/** The head as it is passed on. What is undefined stays as it was sent. */
export interface PassedHead {
  readonly target: string;
  readonly host: string;
  /** Makes the value of an Authorization header what the endpoint is to read; the query of `target` is that already. */
  readonly credential: ((value: string) => string) | undefined;
  /** Headers that the endpoint gets, in lower case; those of the client that are called so are dropped. */
  readonly extra: Readonly<Record<string, string>>;
}

const isAccount = (key: string): boolean => /^\d{12}$/.test(key);

/** The key that stands for the account where the endpoint goes by keys; undefined when the one that was sent does. */
const keyFor = ({
  preset,
  accessKeyId,
  account,
}: Pick<HeadBehind, 'preset' | 'accessKeyId' | 'account'>): string | undefined => {
  if (preset?.account.by !== 'access-key' || accessKeyId === '') return undefined;
  const read = isAccount(accessKeyId) ? accessKeyId : preset.account.defaultAccount;
  return read === account ? undefined : account;
};

/** The port of a Host header with its colon; empty when it has none. */
const portOf = (host: string): string => /:\d+$/.exec(host)?.[0] ?? '';

/** A scope of one Region instead of the one without, in a header or in the query, where its slashes may be escaped. */
const withRegion = (value: string, region: string): string =>
  value
    .replace('AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA256')
    .replace(
      /(Credential=[^/%,&]+(?:\/|%2F)\d{8})(\/|%2F)(?=[^/%,&]+(?:\/|%2F)aws4_request)/i,
      (_all, before: string, slash: string) => `${before}${slash}${region}${slash}`,
    );

/** What stands before a key: in scopes, and in what S3 still takes of the signatures before them. */
const beforeKeys = ['Credential=', 'AWSAccessKeyId=', 'AWS '];

const withKey = (value: string, sent: string, key: string): string =>
  beforeKeys.reduce((text, before) => text.replace(`${before}${sent}`, `${before}${key}`), value);

/**
 * How a request's head is passed on. It goes as it was sent, save where the endpoint could not understand it:
 *
 * - A host of AWS's form becomes `localhost` with its port, and S3's virtual hosts become paths: emulators take names for
 *   buckets that are none. Links in answers lead back here so.
 * - An emulator that is known is told the account: by its header, or by its key where the one that was sent means another.
 * - An emulator that is known gets a signature for several Regions as one for the Region that the call is for.
 *
 * Each of the last two, and the first where it applies, makes a signature another than the client's; no emulator verifies it.
 */
export const passedHead = (head: HeadBehind): PassedHead => {
  const { awsHost, preset, accessKeyId, account, region } = head;
  const bucket = awsHost?.bucket;
  const key = keyFor(head);
  const edits: ((value: string) => string)[] = [];
  if (preset !== undefined && head.isOfRegionSet) edits.push((value) => withRegion(value, region));
  if (key !== undefined) edits.push((value) => withKey(value, accessKeyId, key));
  const credential =
    edits.length === 0
      ? undefined
      : (value: string): string => edits.reduce((text, edit) => edit(text), value);
  const edited = credential ?? ((value: string): string => value);
  const mark = head.target.indexOf('?');
  const path = mark === -1 ? head.target : head.target.slice(0, mark);
  const query = mark === -1 ? '' : head.target.slice(mark);
  return {
    target: `${bucket === undefined ? '' : `/${bucket}`}${path}${query === '' ? '' : edited(query)}`,
    host: awsHost === undefined ? head.host : `localhost${portOf(head.host)}`,
    credential,
    extra: preset?.account.by === 'header' ? { [preset.account.header]: account } : {},
  };
};
