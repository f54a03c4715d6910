// A server of its own with a small shop, a browser, and what the journeys need of both. Nothing is shared with
// another run: free port, temporary directory, both gone afterwards.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { seedMoney } from './money_world.mjs';

export const XSS = '<img src=x onerror="window.__xss=1">';

/** A business day of Seoul, so many days from today. */
export const day = (n) => new Date(Date.now() + 9 * 3_600_000 + n * 86_400_000).toISOString().slice(0, 10);
/** The same day as a Korean reader sees it. */
export const dayKo = (day) => `${day.replace(/-/g, '. ')}.`;
// Days of the money side. All lie before the seven days that lists begin with, and far enough back that their lines
// are due today whatever holidays stand between.
export const SETTLED = day(-18);
export const TO_SETTLE = day(-17);
export const LARGE = day(-16);
// Later than the others: a day's run takes along what earlier days that ran have left.
export const TRIED = day(-15);
export const DOLLARS = day(-14);

function config(directory) {
  const file = join(directory, 'wonjang.toml');
  writeFileSync(
    file,
    `[[providers]]\nname = "default"\nurl = "sim"\nprofile = "perfect"\nseed = 7\n`,
  );
  return file;
}

/** Waits until the program says where it listens. */
function listening(process) {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (bytes) => {
      said += bytes;
      const found = /listening on \S*?:(\d+)/.exec(said);
      if (found) resolve(Number(found[1]));
    };
    process.stdout.on('data', hear);
    process.stderr.on('data', hear);
    process.on('exit', (code) => reject(new Error(`wonjang serve ended with ${code}: ${said}`)));
    setTimeout(() => reject(new Error(`wonjang serve says nothing: ${said}`)), 30_000).unref();
  });
}

export class World {
  /** `seed` fills it, the tests' own shop without one; `settings` are further ones of the server, name=value. */
  static async start(program, seed = (world) => world.seed(), settings = []) {
    const world = new World();
    world.keys = 0;
    world.directory = mkdtempSync(join(tmpdir(), 'wonjang-console-'));
    const data = join(world.directory, 'data');
    world.process = spawn(program, [
      'serve', '--config', config(world.directory), '--data-dir', data, '--port', '0', '--set', 'ledger.memory=64MiB',
      '--set', 'ledger.disk_reserve=1MiB', '--set', 'log.level=warn',
      // A lost answer waits for a person within a second.
      ...['provider.call_timeout=500ms', 'resolver.call_timeout=400ms', 'resolver.poll=50ms', 'resolver.delay_first=50ms', 'resolver.inquiries_before_cancel=1', 'resolver.attempts_max=2', ...settings].flatMap((one) => ['--set', one]),
    ]);
    const port = await listening(world.process);
    world.url = `http://127.0.0.1:${port}`;
    world.operatorKey = readFileSync(join(data, 'operator.key'), 'utf8').trim();
    await seed(world);
    return world;
  }

  async stop() {
    this.process.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await gone;
    rmSync(this.directory, { recursive: true, force: true });
  }

  async call(method, path, body, options = {}) {
    const headers = { Authorization: `Bearer ${options.key ?? this.operatorKey}` };
    if (body !== undefined) headers['Content-Type'] = options.type ?? 'application/json';
    if (method === 'POST' && options.type !== 'application/x-ndjson') headers['Idempotency-Key'] = options.idempotencyKey ?? `t-${++this.keys}`;
    const answer = await fetch(this.url + path, { method, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok && !options.mayFail) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    this.position = answer.headers.get('Ledger-Position') ?? this.position;
    return answer.headers.get('Content-Type')?.startsWith('application/json') ? JSON.parse(text) : text;
  }
  get(path) {
    return this.call('GET', path);
  }
  post(path, body, options) {
    return this.call('POST', path, body, options);
  }

  async pay(order, more = {}) {
    const total = more.totalAmount ?? 11_000;
    const { method = 'CARD', approveNo = '30012345', on, ...rest } = more;
    const at = on ? `${on}T10:00:00+09:00` : new Date().toISOString();
    if (on) rest.requestedAt = at;
    const detail = method === 'CARD' ? { card: { issuerCode: 'SHINHAN', acquirerCode: 'SHINHAN', bin: '451409', last4: '1234', cardType: 'CREDIT' } } : { transfer: { bankCode: 'KAKAOBANK' } };
    return this.post('/v1/payments', {
      merchantId: this.shop, orderId: order, orderName: '아메리카노', totalAmount: total, buyer: { name: '김서준' },
      approvals: [{ method, amount: total, approveNo, approvedAt: at, ...detail }], ...rest,
    });
  }

  /** One shop and its key: enough for a journey of its own. */
  async seedShop() {
    this.shop = (await this.post('/v1/merchants', { code: 'cafe-1', name: '성수 커피 1호점' })).id;
    this.shopKey = (await this.post('/v1/api-keys', { merchantId: this.shop, scopes: ['merchant'], label: 'cafe' })).secret;
  }

  async seed() {
    await this.seedShop();
    this.other = (await this.post('/v1/merchants', { code: 'books-1', name: `${XSS} 서점` })).id;
    this.otherKey = (await this.post('/v1/api-keys', { merchantId: this.other, scopes: ['merchant'], label: 'books' })).secret;
    for (let i = 0; i < 64; ++i) {
      await this.pay(`order-${i}`, { totalAmount: 5_000 + i * 500, method: i % 5 === 0 ? 'TRANSFER' : 'CARD', orderName: i % 3 === 0 ? '딸기 케이크' : '아메리카노' });
    }
    this.found = await this.pay('order-search', { totalAmount: 33_000, buyer: { name: '황보미르' }, orderName: '에티오피아 원두 1kg' });
    this.hostile = await this.pay('order-xss', { totalAmount: 9_900, buyer: { name: `${XSS}민수` }, orderName: `=HYPERLINK("http://x") ${XSS}` });
    this.foreign = await this.pay('order-foreign', { merchantId: this.other, totalAmount: 7_700, buyer: { name: '남궁민' } });
    const canceled = await this.pay('order-canceled', { totalAmount: 22_000 });
    await this.post(`/v1/payments/${canceled.id}/cancels`, { reason: '단순 변심' });
    await this.get(`/v1/payments?limit=1&min-position=${encodeURIComponent(this.position)}`);
    await seedMoney(this);
  }

  /** A key for each of two people, made with the house's own, which is then put away: keys that one made of another are one hand. */
  async twoPeople() {
    const make = async (label) => (await this.post('/v1/api-keys', { scopes: ['operator'], label })).secret;
    const first = await make('first');
    this.secondKey = await make('second');
    this.operatorKey = first;
  }

  /** Proposed by one, decided by the other. */
  async change(kind, what, note) {
    const proposed = await this.propose(kind, what, note);
    await this.post(`/v1/changes/${proposed.changeId}/decisions`, { decision: 'APPROVE' }, { key: this.secondKey });
    return proposed;
  }
  propose(kind, what, note) {
    const members = { CONTRACT: 'contract', CALENDAR: 'calendar', HOLD: 'hold', FUNDS_RATIO: 'fundsRatio', FUNDS_HELD: 'fundsHeld', CANARY: 'canary' };
    return this.post('/v1/changes', { kind, note, [members[kind]]: what });
  }

  async settle(date) {
    await this.post('/v1/settlement/runs', { date });
    return this.until(`/v1/settlement/runs/${date}`, (run) => run.state !== 'RUNNING');
  }

  async until(path, holds) {
    for (let tries = 0; tries < 400; ++tries) {
      const answer = await this.get(path);
      if (holds(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${path} never came to what was waited for`);
  }

  csv(path, text) {
    return this.post(path, text, { type: 'text/csv' });
  }
}

export async function startBrowser(path) {
  return chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A page that keeps whatever went wrong in it, and everything it asked of anybody else. */
export async function openPage(browser, world, options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 860 },
    locale: options.locale ?? 'ko-KR',
    timezoneId: options.zone ?? 'Asia/Seoul',
    colorScheme: options.theme ?? 'light',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.wrongs = [];
  page.on('pageerror', (error) => page.wrongs.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => page.wrongs.push(`dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted Type/i.test(message.text())) page.wrongs.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(world.url) && !url.startsWith('blob:') && !url.startsWith('data:')) page.wrongs.push(`asked ${url}`);
  });
  return page;
}

export async function signIn(page, world, key, path = '/') {
  await page.goto(`${world.url}/console${path}`);
  await page.fill('input[type=password]', key);
  await page.click('button[type=submit]');
  await page.waitForSelector('.top');
}

export function shotDirectory() {
  const directory = process.env.WONJANG_SHOTS ?? new URL('../../build/console-shots/', import.meta.url).pathname;
  mkdirSync(directory, { recursive: true });
  return directory;
}
