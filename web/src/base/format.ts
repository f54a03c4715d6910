// Money, times and days as people read them. Amounts are whole minor units; a sum may come as decimal text
// when it could pass 2^53, so nothing here goes through a float.

export type Lang = 'ko' | 'en';
export type Amount = number | string | bigint;

const SIGNS: Record<string, string> = { KRW: '₩', USD: '$', JPY: '¥', EUR: '€', CNY: 'CN¥', GBP: '£' };

/** Digits of the minor unit: KRW 0, USD 2, KWD 3. Unknown currencies: 2. */
export function minorDigits(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function toBigInt(value: Amount): bigint {
  if (typeof value === 'number') return BigInt(Math.trunc(value));
  return typeof value === 'string' ? BigInt(value) : value;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1234567 -> "1,234,567" */
export function count(value: Amount): string {
  const n = toBigInt(value);
  return n < 0n ? `-${grouped((-n).toString())}` : grouped(n.toString());
}

/** The number alone: decimal(1234567, 'USD') -> "12,345.67"; without groups for a file: "12345.67". */
export function decimal(value: Amount, currency: string, groups = true): string {
  const n = toBigInt(value);
  const digits = minorDigits(currency);
  const text = (n < 0n ? -n : n).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const cents = digits > 0 ? `.${text.slice(-digits)}` : '';
  return `${n < 0n ? '-' : ''}${groups ? grouped(whole) : whole}${cents}`;
}

export interface MoneyParts {
  before: string; // a sign such as ₩
  number: string;
  after: string; // a word such as 원
  negative: boolean;
}

export function moneyParts(value: Amount, currency: string, lang: Lang): MoneyParts {
  const number = decimal(value, currency);
  const negative = number.startsWith('-');
  if (lang === 'ko' && currency === 'KRW') return { before: '', number, after: '원', negative };
  const sign = SIGNS[currency];
  if (sign === undefined) return { before: '', number, after: ` ${currency}`, negative };
  return { before: negative ? `-${sign}` : sign, number: negative ? number.slice(1) : number, after: '', negative };
}

export function money(value: Amount, currency: string, lang: Lang): string {
  const p = moneyParts(value, currency, lang);
  return p.before + p.number + p.after;
}

/** Axis labels: 1,2340,000 -> "1,234만" or "12.3M". For charts only: it rounds. */
export function short(value: number, lang: Lang): string {
  const steps: [number, string][] =
    lang === 'ko' ? [[1e12, '조'], [1e8, '억'], [1e4, '만']] : [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'k']];
  const size = Math.abs(value);
  for (const [step, unit] of steps) {
    if (size < step) continue;
    const scaled = value / step;
    return `${count(Math.trunc(scaled))}${fraction(scaled)}${unit}`;
  }
  return count(Math.round(value));
}

const SHORT_DIGITS = 1e4; // from here on an amount's minor units are no news

/** An axis label of money: "1.2억원", "₩120M", "$10.50". For charts only: it rounds. */
export function shortMoney(value: number, currency: string, lang: Lang): string {
  const unit = 10 ** minorDigits(currency);
  if (Math.abs(value) < SHORT_DIGITS * unit) return money(Math.round(value), currency, lang).replace(/\.0+(?=\D*$)/, '');
  const p = moneyParts(value < 0 ? -1 : 1, currency, lang);
  return p.before + short(Math.abs(value) / unit, lang) + p.after;
}

function fraction(scaled: number): string {
  if (Math.abs(scaled) >= 100) return '';
  const tenth = Math.trunc(Math.abs(scaled) * 10) % 10;
  return tenth === 0 ? '' : `.${tenth}`;
}

/** What the form gives for an amount typed by a person, in minor units; nothing when it is none. */
export function parseAmount(text: string, currency: string): number | undefined {
  const plain = text.replace(/[,\s원₩$¥€£]/g, '');
  const digits = minorDigits(currency);
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(plain);
  if (!match || (match[2] ?? '').length > digits) return undefined;
  const value = Number((match[1] ?? '') + (match[2] ?? '').padEnd(digits, '0'));
  return Number.isSafeInteger(value) ? value : undefined;
}

// ---- times: Seoul's, which has had one offset since 1988, in the reader's way ----

const SEOUL_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

export const ZONE = 'KST';

// Korean clocks with seconds are said in words (16시 11분 8초) by Intl: digits stand in columns.
const LOCALES: Record<Lang, string> = { ko: 'ko-KR', en: 'en-GB' };
const formats = new Map<string, Intl.DateTimeFormat>();

/** `shape` names what is shown: y m d, w the weekday, h hours and minutes, s seconds, too. */
function formatOf(shape: string, lang: Lang): Intl.DateTimeFormat {
  const key = lang + shape;
  let made = formats.get(key);
  if (made) return made;
  const of: Intl.DateTimeFormatOptions = { timeZone: 'Asia/Seoul', hourCycle: 'h23' };
  for (const part of shape) {
    if (part === 'y') of.year = 'numeric';
    if (part === 'm') of.month = lang === 'ko' ? '2-digit' : 'short';
    if (part === 'd') of.day = '2-digit';
    if (part === 'w') of.weekday = 'short';
    if (part === 'h') of.hour = of.minute = '2-digit';
    if (part === 's') of.second = '2-digit';
  }
  made = new Intl.DateTimeFormat(LOCALES[shape.startsWith('h') ? 'en' : lang], of);
  formats.set(key, made);
  return made;
}

/** "2026. 11. 22. 16:11" or "22 Nov 2026 16:11": `day` and `clock` are shapes, one may be empty. */
function said(ms: number, day: string, clock: string, lang: Lang): string {
  return [day, clock].filter((shape) => shape !== '').map((shape) => formatOf(shape, lang).format(ms)).join(' ');
}

function told(iso: string, day: string, clock: string, lang: Lang): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : said(ms, day, clock, lang);
}

/** "2026. 11. 22. 16:11:08", "22 Nov 2026 16:11:08" */
export function timeFull(iso: string, lang: Lang): string {
  return told(iso, 'ymd', 'hs', lang);
}

/** The day left out where it is today: "16:11:08", else "11. 21. 16:11:08", else with the year. */
export function timeShort(iso: string, now: number, lang: Lang): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  const [day, today] = [daySeoul(ms), daySeoul(now)];
  return said(ms, day === today ? '' : day.slice(0, 4) === today.slice(0, 4) ? 'md' : 'ymd', 'hs', lang);
}

/** "16:11:08" */
export function clock(ms: number): string {
  return said(ms, '', 'hs', 'en');
}

/** "2026-11-22 16:11:08", Seoul: as a file has it */
export function timeSeoul(iso: string): string {
  return isoSeoul(iso).slice(0, 19).replace('T', ' ');
}

/** "2026-11-22T16:11:08.191+09:00", with every digit that it came with */
export function isoSeoul(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  return `${new Date(ms + SEOUL_MS).toISOString().slice(0, 19)}${/\.\d+/.exec(iso)?.[0] ?? ''}+09:00`;
}

/** What a point of a series is called: its month, its day, or its day and minute. */
export function stamp(ms: number, bucketS: number, lang: Lang): string {
  if (bucketS >= 28 * 86_400) return said(ms, 'ym', '', lang);
  return bucketS >= 86_400 ? said(ms, 'ymd', '', lang) : said(ms, 'md', 'h', lang);
}

/** The same below an axis, where the year, or the day, goes without saying. */
export function tick(ms: number, bucketS: number, lang: Lang): string {
  if (bucketS >= 28 * 86_400) return said(ms, 'ym', '', lang);
  return bucketS >= 86_400 ? said(ms, 'md', '', lang) : said(ms, '', 'h', lang);
}

/** A bucket of a total: "2026-11", "2026-11-22", "2026-11-22T16", "2026-11-22T16:05" */
export function bucketText(bucket: string, lang: Lang): string {
  if (bucket.length <= 4) return lang === 'ko' ? `${bucket}년` : bucket;
  if (bucket.length <= 7) return told(`${bucket}-01T00:00+09:00`, 'ym', '', lang);
  if (bucket.length <= 10) return dayText(bucket, lang);
  return told(`${bucket.length <= 13 ? `${bucket}:00` : bucket}+09:00`, 'ymd', 'h', lang);
}

/** "2026-11-22 07:11:08.191 UTC", for whoever compares with a log */
export function timeUtc(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

const AGO: Record<Lang, [number, string][]> = {
  ko: [[86_400, '일'], [3_600, '시간'], [60, '분'], [1, '초']],
  en: [[86_400, ' d'], [3_600, ' h'], [60, ' min'], [1, ' s']],
};

/** "3분 전", "in 12 s" */
export function ago(iso: string, now: number, lang: Lang): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  const seconds = Math.round(Math.abs(now - ms) / 1000);
  const future = ms > now;
  for (const [step, unit] of AGO[lang]) {
    if (seconds < step) continue;
    const amount = `${Math.floor(seconds / step)}${unit}`;
    if (lang === 'ko') return future ? `${amount} 뒤` : `${amount} 전`;
    return future ? `in ${amount}` : `${amount} ago`;
  }
  return lang === 'ko' ? '방금' : 'just now';
}

/** Today's business day in Seoul, "2026-11-22". */
export function daySeoul(now: number): string {
  return new Date(now + SEOUL_MS).toISOString().slice(0, 10);
}

export function isDay(text: string | null | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, until: string): number {
  return Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** "2026. 11. 22.", "22 Nov 2026" */
export function dayText(day: string, lang: Lang, shape = 'ymd'): string {
  return isDay(day) ? told(`${day}T00:00+09:00`, shape, '', lang) : day;
}

/** "2026. 11. 22. (일)", "Sun 22 Nov 2026" */
export function dayLong(day: string, lang: Lang): string {
  return dayText(day, lang, 'ymdw').replace(/^(\w{3}), /, '$1 ');
}

/** Seconds as a length: 8130 -> "2:15:30", 75 -> "1:15". */
export function lasting(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** pay_01M8...QAA04 -> "pay_…QAA04": ids differ at their ends. */
export function shortId(id: string): string {
  const bar = id.indexOf('_');
  return id.length - bar <= 10 ? id : `${id.slice(0, bar + 1)}…${id.slice(-6)}`;
}

/** 1_500_000 ppm-style rates: 15000 -> "1.5 %" */
export function rate(ppm: number): string {
  const whole = Math.trunc(ppm / 10_000);
  const rest = String(ppm % 10_000).padStart(4, '0').replace(/0+$/, '');
  return `${whole}${rest === '' ? '' : `.${rest}`} %`;
}
