import type { IncomingMessage } from 'node:http';

/** A question to a server. */
export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined sends none. */
  readonly body: string | undefined;
  /** How long the server may say nothing, in real milliseconds. */
  readonly silenceMs: number;
}

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const textOf = async (message: IncomingMessage): Promise<string> => {
  message.setEncoding('utf8');
  let text = '';
  for await (const part of message) text += String(part);
  return text;
};

/**
 * Asks a server at any port, over HTTP or HTTPS; `fetch` would refuse ports that browsers are kept from. Rejects with the
 * system's error when nobody answers.
 */
export const askOverHttp = async (url: URL, question: HttpQuestion): Promise<HttpAnswer> => {
  const { method, headers, body, silenceMs } = question;
  // Not an import: that would load all of node:http, its WebSocket client too.
  const { request } = process.getBuiltinModule(
    url.protocol === 'https:' ? 'node:https' : 'node:http',
  );
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    let answering: IncomingMessage | undefined;
    const asking = request(url, { method, headers: { ...headers, ...length } }, (answer) => {
      answering = answer;
      resolve(answer);
    });
    asking.setTimeout(silenceMs, () => {
      const silence = new Error(`no answer within ${silenceMs / 1000} s`);
      (answering ?? asking).destroy(silence);
    });
    asking.on('error', reject);
    asking.end(body);
  });
  return { status: message.statusCode ?? 0, text: await textOf(message) };
};
