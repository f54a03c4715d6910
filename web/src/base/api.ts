// Talking to the server: one function for reads, one for writes, one kind of failure. The session's cookie is
// the browser's business; the CSRF token goes with writes only.
import { signal } from '@preact/signals';

export interface Problem {
  status: number; // 0: no answer came
  code: string;
  title?: string;
  message?: string;
  detail?: string;
  hint?: string;
  requestId?: string;
  retryable?: boolean;
  errors?: { pointer: string; code: string; message: string }[];
  retryAfterS?: number;
  goOnAfter?: string; // of POSITION_LOST, where the feed was read
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.message ?? problem.code);
  }
}

export function problemOf(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : { status: 0, code: String(error) };
}

export interface Session {
  role: 'OPERATOR' | 'MERCHANT';
  keyId: string;
  merchantId?: string;
  merchantName?: string;
  expiresAt: string;
  csrfToken: string;
}

/** undefined: not asked yet; null: nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined);
/** Why the last session ended, for the page that asks to sign in. */
export const sessionEnded = signal(false);
/** Seen by every read after a write: what was written is in what is shown. */
export const minPosition = signal<string | undefined>(undefined);

async function problemIn(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const out: Problem = { status: response.status, code: `HTTP_${response.status}` };
  try {
    Object.assign(out, await response.json(), { status: response.status });
  } catch {
    out.detail = response.statusText;
  }
  if (!Number.isNaN(retryAfter)) out.retryAfterS = retryAfter;
  return out;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    // URLSearchParams writes a blank as '+', which is a plus to the server in all but free texts.
    response = await fetch(path.replaceAll('+', '%20'), { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError({ status: 0, code: 'NO_ANSWER', retryable: true });
  }
  // A server that isn't ready answers with 503, too: what went wrong is problem+json.
  if (response.ok || response.headers.get('Content-Type')?.startsWith('application/json')) return response;
  const problem = await problemIn(response);
  if (problem.status === 401 && session.value) {
    sessionEnded.value = true;
    session.value = null;
  }
  throw new ApiError(problem);
}

export interface GetOptions {
  signal?: AbortSignal;
  background?: boolean; // asked by the page itself: keeps no session alive
}

const WAITS_FOR_POSITION =
  /^\/v1\/(payments|transactions|search|totals|sales|merchants\/top|settlement\/(runs|lines)|payouts|changes|canaries|contracts|calendars|holds|breaks|acquirer-files|journal|trial-balance)\b/;

export async function get<T>(path: string, options: GetOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.background) headers['X-Background'] = '1';
  const init: RequestInit = { headers };
  if (options.signal) init.signal = options.signal;
  return (await (await sendRead(path, init)).json()) as T;
}

export async function getText(path: string): Promise<string> {
  return (await send(path, {})).text();
}

async function sendRead(path: string, init: RequestInit): Promise<Response> {
  const asked = withPosition(path);
  try {
    return await send(asked, init);
  } catch (error) {
    // Restored from a backup that lacks what was written here: no read will ever see that again.
    if (asked === path || problemOf(error).code !== 'POSITION_LOST') throw error;
    minPosition.value = undefined;
    return send(path, init);
  }
}

function withPosition(path: string): string {
  const position = minPosition.value;
  if (position === undefined || !WAITS_FOR_POSITION.test(path) || /\/(proof|what-if)$/.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}min-position=${encodeURIComponent(position)}`;
}

export function newKey(what: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${what}-${[...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/** The same `key` again is the same wish again: a write whose answer was lost is sent anew under its key. */
export async function write<T>(method: 'POST' | 'DELETE', path: string, body: unknown, key?: string): Promise<T> {
  const text = await (await sendWrite(method, path, body, key)).text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A write that answers with a file, under the name that the server gave it. */
export async function writeForFile(path: string, body: unknown, key: string): Promise<{ name: string; text: string; held: number }> {
  const response = await sendWrite('POST', path, body, key);
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  return { name: name ?? 'file.csv', text: await response.text(), held: Number(response.headers.get('Payouts-Held') ?? 0) };
}

async function sendWrite(method: string, path: string, body: unknown, key?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (session.value) headers['X-CSRF-Token'] = session.value.csrfToken;
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const init: RequestInit = { method, headers };
  if (body instanceof Blob) {
    headers['Content-Type'] = 'text/csv';
    init.body = body;
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const response = await send(path, init);
  const position = response.headers.get('Ledger-Position');
  if (position) minPosition.value = position;
  return response;
}

export async function loadSession() {
  try {
    session.value = await get<Session>('/v1/session');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    session.value = null;
  }
}

export async function signIn(apiKey: string) {
  session.value = await write<Session>('POST', '/v1/session', { apiKey });
  sessionEnded.value = false;
}

export async function signOut() {
  try {
    await write('DELETE', '/v1/session', undefined);
  } finally {
    session.value = null;
    sessionEnded.value = false;
  }
}
