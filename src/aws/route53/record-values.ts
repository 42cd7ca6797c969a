import type { RecordData, RecordType } from './dns-records.ts';
import { formatIpv6, parseIpv4, parseIpv6 } from '../shared/ip-address.ts';
import { BadName, parseName } from './names.ts';

/** Why a value is none of its record's type, in Route 53's words. */
export class BadValue {
  readonly reason: string;

  constructor(code: string, message: string, value: string) {
    this.reason = `FATAL problem: ${code} (${message}) encountered with '${value}'`;
  }
}

type Parsed<T> = T | BadValue | BadName;

/** Whether parsing came to nothing. */
export const isBad = (parsed: unknown): parsed is BadValue | BadName =>
  parsed instanceof BadValue || parsed instanceof BadName;

const fieldsOf = (value: string): readonly string[] => value.trim().split(/[ \t]+/);

const wholeNumber = (text: string | undefined, most: number): number | undefined => {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
};

const most16 = 65_535;
const most32 = 4_294_967_295;

const singleField = (type: RecordType, value: string): string | BadValue =>
  /[ \t]/.test(value)
    ? new BadValue(`${type}RRDATANotSingleField`, 'Value contains spaces', value)
    : value;

const parseAddress = (type: 'A' | 'AAAA', value: string): Parsed<RecordData> => {
  const field = singleField(type, value);
  if (isBad(field)) return field;
  if (type === 'A') {
    return parseIpv4(field) === undefined
      ? new BadValue('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', value)
      : { type, address: field };
  }
  const parsed = parseIpv6(field);
  return parsed === undefined
    ? new BadValue('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', value)
    : { type, address: formatIpv6(parsed) };
};

const parseTarget = (type: 'CNAME' | 'NS' | 'PTR', value: string): Parsed<RecordData> => {
  const field = singleField(type, value);
  if (isBad(field)) return field;
  const target = parseName(field);
  return isBad(target) ? target : { type, target };
};

const parseMx = (value: string): Parsed<RecordData> => {
  const [preferenceText, exchangeText, ...more] = fieldsOf(value);
  if (exchangeText === undefined || more.length > 0) {
    return new BadValue('MXRRDATANotTwoFields', "MX record doesn't have 2 fields", value);
  }
  const preference = wholeNumber(preferenceText, most16);
  if (preference === undefined) {
    return new BadValue(
      'MXRRDATAIllegalPreference',
      'MX preference is not a number from 0 to 65535',
      value,
    );
  }
  const exchange = parseName(exchangeText);
  return isBad(exchange) ? exchange : { type: 'MX', preference, exchange };
};

const parseSrv = (value: string): Parsed<RecordData> => {
  const [priorityText, weightText, portText, targetText, ...more] = fieldsOf(value);
  if (targetText === undefined || more.length > 0) {
    return new BadValue('SRVRRDATANotFourFields', "SRV record doesn't have 4 fields", value);
  }
  const priority = wholeNumber(priorityText, most16);
  const weight = wholeNumber(weightText, most16);
  const port = wholeNumber(portText, most16);
  if (priority === undefined || weight === undefined || port === undefined) {
    return new BadValue(
      'SRVRRDATAIllegalNumber',
      'Priority, weight and port are numbers from 0 to 65535',
      value,
    );
  }
  const target = parseName(targetText);
  return isBad(target) ? target : { type: 'SRV', priority, weight, port, target };
};

const parseSoa = (value: string): Parsed<RecordData> => {
  const [primaryText = '', mailboxText = '', ...numberTexts] = fieldsOf(value);
  if (numberTexts.length !== 5) {
    return new BadValue('SOARRDATANotSevenFields', "SOA record doesn't have 7 fields", value);
  }
  const primary = parseName(primaryText);
  if (isBad(primary)) return primary;
  const mailbox = parseName(mailboxText);
  if (isBad(mailbox)) return mailbox;
  const numbers = numberTexts.map((text) => wholeNumber(text, most32));
  const [serial, refreshSeconds, retrySeconds, expireSeconds, minimumSeconds] = numbers;
  if (
    serial === undefined ||
    refreshSeconds === undefined ||
    retrySeconds === undefined ||
    expireSeconds === undefined ||
    minimumSeconds === undefined
  ) {
    return new BadValue('SOARRDATAIllegalNumber', 'Value is not a 32-bit number', value);
  }
  return {
    type: 'SOA',
    primary,
    mailbox,
    serial,
    refreshSeconds,
    retrySeconds,
    expireSeconds,
    minimumSeconds,
  };
};

const parseCaa = (value: string): Parsed<RecordData> => {
  const [, flagsText, tag, text] =
    /^([0-9]{1,3})[ \t]+([a-zA-Z0-9]+)[ \t]+"([^"]*)"$/.exec(value.trim()) ?? [];
  const flags = wholeNumber(flagsText, 255);
  if (flags === undefined || tag === undefined || text === undefined) {
    return new BadValue('CAARRDATANotThreeFields', 'CAA record is not: flags tag "value"', value);
  }
  return { type: 'CAA', flags, tag: tag.toLowerCase(), value: text };
};

/** One quoted string: any character but quotes and backslashes, or a backslash and a quote, backslash or octal code. */
const quotedString = /"((?:[^"\\]|\\["\\]|\\[0-3][0-7]{2})*)"/y;

const unescape = (text: string): string =>
  text.replaceAll(/\\([0-3][0-7]{2}|.)/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
  );

/**
 * Parses TXT and SPF. Whatever is no printable ASCII is written as an octal code, as itself it is refused ("TXT record
 * type", Amazon Route 53 Developer Guide), also around the strings.
 */
const parseStrings = (type: 'TXT' | 'SPF', value: string): Parsed<RecordData> => {
  const odd = /[^ -~]/u.exec(value)?.[0];
  if (odd !== undefined) {
    return new BadValue('UnsupportedCharacter', 'Value contains unsupported characters', odd);
  }
  const strings: string[] = [];
  const text = value.trim();
  let position = 0;
  while (position < text.length) {
    quotedString.lastIndex = position;
    const match = quotedString.exec(text);
    if (match === null) {
      return new BadValue(
        'InvalidCharacterString',
        'Value should be enclosed in quotation marks',
        value,
      );
    }
    const string = unescape(match[1] ?? '');
    if (string.length > 255)
      return new BadValue('CharacterStringTooLong', 'Value is too long', value);
    strings.push(string);
    position = quotedString.lastIndex;
    while (text[position] === ' ') position += 1;
  }
  return { type, strings };
};

/**
 * Reads one value of a record as Route 53's API takes it ("Supported DNS record types", Amazon Route 53
 * Developer Guide). The wordings of A, AAAA, MX, SRV, TXT and names are AWS's as seen in its errors; those of
 * SOA, CAA and of numbers out of range are in their manner.
 */
export const parseValue = (type: RecordType, value: string): Parsed<RecordData> => {
  switch (type) {
    case 'A':
    case 'AAAA':
      return parseAddress(type, value);
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return parseTarget(type, value);
    case 'MX':
      return parseMx(value);
    case 'SRV':
      return parseSrv(value);
    case 'SOA':
      return parseSoa(value);
    case 'CAA':
      return parseCaa(value);
    case 'TXT':
    case 'SPF':
      return value.trim() === ''
        ? new BadValue(
            'InvalidCharacterString',
            'Value should be enclosed in quotation marks',
            value,
          )
        : parseStrings(type, value);
  }
};
