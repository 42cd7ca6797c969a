import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { forwardedHead, forwardedHost, traceHeader, type RequestOrigin } from './forwarded-head.ts';
import {
  parseRequestHead,
  parseResponseHead,
  requestFraming,
  responseFraming,
  type RequestHead,
} from './http-head.ts';
import { defaultLoadBalancerAttributes } from './node-under-test.ts';

const head = (...lines: readonly string[]) =>
  parseRequestHead(['GET / HTTP/1.1', 'Host: a', ...lines].join('\r\n'));

const good = (...lines: readonly string[]): RequestHead => {
  const parsed = head(...lines);
  if ('statusCode' in parsed) throw new Error(parsed.why);
  return parsed;
};

describe('a request’s head', () => {
  it.each([
    ['no version', 'GET /', 400],
    ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a', 400],
    ['no Host', 'GET / HTTP/1.1', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b', 400],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nX : a', 400],
    ['a bare line feed', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b', 400],
    ['a zero byte', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b', 400],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a', 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a', 405],
    ['HTTP/2', 'GET / HTTP/2.0\r\nHost: a', 505],
  ])('with %s is refused', (_, text, statusCode) => {
    expect(parseRequestHead(text)).toMatchObject({ statusCode });
  });

  it('is read or refused, never a crash, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const parsed = parseRequestHead(text);
        expect('statusCode' in parsed || parsed.method.length > 0).toBe(true);
      }),
    );
  });

  it.each([
    [[], { kind: 'none' }],
    [['Content-Length: 5'], { kind: 'length', length: 5 }],
    [['Content-Length: 5', 'Content-Length: 5'], { kind: 'length', length: 5 }],
    [['Transfer-Encoding: chunked'], { kind: 'chunked' }],
    [['Transfer-Encoding: identity', 'Content-Length: 5'], { kind: 'length', length: 5 }],
    [['Content-Length: 5', 'Content-Length: 6'], { statusCode: 400 }],
    [['Content-Length: +5'], { statusCode: 400 }],
    [['Content-Length: 5', 'Transfer-Encoding: chunked'], { statusCode: 400 }],
    [['Transfer-Encoding: gzip, chunked'], { statusCode: 501 }],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], { statusCode: 501 }],
  ])('with %j frames its body so', (lines, expected) => {
    expect(requestFraming(good(...lines))).toMatchObject(expected);
  });
});

describe('a response’s head', () => {
  it.each([
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5', { kind: 'length', length: 5 }],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5', { kind: 'none' }],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5', { kind: 'none' }],
    ['GET', 'HTTP/1.1 200\r\nTransfer-Encoding: chunked', { kind: 'chunked' }],
    ['GET', 'HTTP/1.0 200 OK', { kind: 'until-close' }],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6', undefined],
  ])('to %s, %j, frames its body so', (method, text, expected) => {
    const parsed = parseResponseHead(text);
    expect(parsed && responseFraming(parsed, method)).toEqual(expected);
  });

  it.each(['', 'HTTP/1.1', 'HTTP/2 200', 'HTTP/1.1 20 OK', 'SSH-2.0-OpenSSH'])(
    'that is %j is malformed',
    (text) => {
      expect(parseResponseHead(text)).toBeUndefined();
    },
  );
});

const origin: RequestOrigin = {
  clientAddress: '203.0.113.7',
  clientPort: 4711,
  listenerPort: 80,
  attributes: defaultLoadBalancerAttributes,
  now: 0x6789_1233 * 1000,
};

describe('the head that a target gets', () => {
  const forwarded = (lines: readonly string[], attributes: object = {}): string => {
    const text = forwardedHead(good(...lines), {
      ...origin,
      attributes: { ...defaultLoadBalancerAttributes, ...attributes },
    });
    if (typeof text !== 'string') throw new Error(`Refused with ${text.statusCode}.`);
    return text;
  };

  it.each([
    ['append', [], 'X-Forwarded-For: 203.0.113.7\r\n'],
    ['append', ['X-Forwarded-For: 10.0.0.1'], 'X-Forwarded-For: 10.0.0.1, 203.0.113.7\r\n'],
    ['preserve', ['X-Forwarded-For: 10.0.0.1'], 'X-Forwarded-For: 10.0.0.1\r\n'],
  ])('in the mode %s, of %j, holds %j', (xffMode, lines, expected) => {
    expect(forwarded(lines, { xffMode })).toContain(expected);
  });

  it('can hold no X-Forwarded-For, and can hold the client’s port', () => {
    expect(forwarded(['X-Forwarded-For: 10.0.0.1'], { xffMode: 'remove' })).not.toContain(
      'X-Forwarded-For',
    );
    expect(forwarded([], { xffClientPort: true })).toContain(
      'X-Forwarded-For: 203.0.113.7:4711\r\n',
    );
  });

  it('holds nothing of the client’s own hop', () => {
    const text = forwarded([
      'Connection: close, X-Mine',
      'X-Mine: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Authorization: secret',
      'Accept: */*',
    ]);
    expect(text).toContain('Accept: */*\r\n');
    expect(text).not.toMatch(/Connection|X-Mine|Keep-Alive|secret/);
  });

  it('drops names that AWS calls invalid when asked to', () => {
    const lines = ['under_score: 1', 'fine-name: 2'];
    expect(forwarded(lines)).toContain('under_score: 1');
    const strict = forwarded(lines, { dropInvalidHeaderFields: true });
    expect(strict).not.toContain('under_score');
    expect(strict).toContain('fine-name: 2');
  });

  it.each([
    ['shop.test', 80, false, 'shop.test'],
    ['shop.test:8080', 80, false, 'shop.test'],
    ['shop.test', 8080, false, 'shop.test:8080'],
    ['shop.test:99', 8080, false, 'shop.test:99'],
    ['shop.test', 8080, true, 'shop.test'],
    ['[::1]', 8080, false, '[::1]:8080'],
  ])('for the Host %s on port %d (preserve: %s) has %s', (host, port, preserve, expected) => {
    expect(forwardedHost(host, port, preserve)).toBe(expected);
  });

  it.each([
    [undefined, /^Root=1-67891233-[0-9a-f]{24}$/],
    [
      'Root=1-67891233-abc;CalledFrom=app',
      /^Self=1-67891233-[0-9a-f]{24};Root=1-67891233-abc;CalledFrom=app$/,
    ],
    ['Self=1-1-1;Root=1-2-2', /^Self=1-67891233-[0-9a-f]{24};Root=1-2-2$/],
    ['CalledFrom=app', /^Root=1-67891233-[0-9a-f]{24};CalledFrom=app$/],
    ['x'.repeat(8000), /^Root=1-67891233-[0-9a-f]{24}$/],
  ])('traces %j', (incoming, expected) => {
    expect(traceHeader(incoming, origin.now)).toMatch(expected);
  });
});
