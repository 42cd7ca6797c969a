import { UsageError } from '../text/usage-error.ts';
import { askOverHttp, type HttpAnswer } from './ask-over-http.ts';

/** The endpoint that a command speaks to: its option, else the environment, else the default port. */
export const endpointOf = (option: string | undefined): string =>
  (option ?? process.env['FAULTLINE_ENDPOINT'] ?? 'http://127.0.0.1:4566').replace(/\/+$/, '');

/** What the admin API answered with a 4xx: shown to the user as it is. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Every answer of the admin API is JSON; who answers otherwise is something else. */
const readAnswer = (endpoint: string, text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw new Error(`What answers at ${endpoint} is no Faultline. Start one with: faultline up`, {
      cause: error,
    });
  }
};

/**
 * Calls the admin API of a running world. Rejects with an AdminRefusal when it refuses, and with an Error of one
 * clear line when nobody answers.
 */
export const callAdmin = async (
  endpoint: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> => {
  let url: URL;
  try {
    url = new URL(`${endpoint}/_faultline${path}`);
  } catch {
    throw new UsageError(`The endpoint '${endpoint}' is not a URL such as http://127.0.0.1:4566.`);
  }
  let response: HttpAnswer;
  try {
    response = await askOverHttp(url, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      silenceMs: 60_000,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`No world answers at ${endpoint} (${why}). Start one with: faultline up`, {
      cause: error,
    });
  }
  const answer = readAnswer(endpoint, response.text);
  if (response.status < 400) return answer;
  // The admin API answers every error in this form.
  const { error } = answer as {
    readonly error: { readonly code: string; readonly message: string };
  };
  throw new AdminRefusal(response.status, error.code, error.message);
};
