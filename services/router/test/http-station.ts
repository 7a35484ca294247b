import { PASSWORD, STATION, type RouterFixture } from './router-fixture.js';

export const SESSION = '01900000-0000-7000-8000-00000000000a';
const BASIC = `Basic ${Buffer.from(`${STATION}:${PASSWORD}`).toString('base64')}`;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A station that speaks HTTP to the fixture's router, with the right password unless told otherwise. */
export function httpStation(fixture: () => RouterFixture) {
  return async (
    path: string,
    body?: string,
    headers: Record<string, string> = {},
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Reply> => {
    const url = `http://127.0.0.1:${String(fixture().router.port)}${path}`;
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization: BASIC, 'content-type': 'application/json', ...headers },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text) as Record<string, unknown>,
    };
  };
}
