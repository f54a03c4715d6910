// Small parts that every screen is made of.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Problem } from '../base/api';
import { type Amount, ago, clock, dayLong, daySeoul, dayText, isoSeoul, moneyParts, shortId, timeFull, timeShort, timeUtc, ZONE } from '../base/format';
import { code, lang, problemWords, t, wayOut } from '../base/i18n';
import * as w from '../base/words';
import type { Got } from '../base/live';
import type { Seen } from '../base/types';
import { place, setQuery } from '../base/url';

export function cx(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

export function Money({ value, currency, plain }: { value: Amount | undefined; currency: string | undefined; plain?: boolean }) {
  if (value === undefined || !currency) return <None />;
  const p = moneyParts(value, currency, lang.value);
  const zero = p.number === '0';
  return (
    <span class={cx('money', p.negative && !plain && 'neg', zero && 'zero')}>
      {p.before}
      {p.number}
      <span class="unit">{p.after}</span>
    </span>
  );
}

/** `zone`: where no head says whose time it is. */
export function Time({ at, full, zone }: { at: string | undefined; full?: boolean; zone?: boolean }) {
  if (!at) return <None />;
  const now = Date.now();
  return (
    <time dateTime={at} title={`${isoSeoul(at)} · ${timeUtc(at)} · ${ago(at, now, lang.value)}`}>
      {full || zone ? timeFull(at, lang.value) : timeShort(at, now, lang.value)}
      {zone && <span class="zone"> {ZONE}</span>}
    </time>
  );
}

/** A business day; `long` says its weekday. */
export function Day({ at, long }: { at: string | undefined; long?: boolean }) {
  if (!at) return <None />;
  return <time dateTime={at} title={at}>{long ? dayLong(at, lang.value) : dayText(at, lang.value)}</time>;
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'dim';

const STATUS_TONES: Record<string, Tone> = {
  DONE: 'good', PARTIAL_CANCELED: 'warn', CANCELED: 'dim', ABORTED: 'bad', EXPIRED: 'dim', READY: 'info',
  IN_PROGRESS: 'info', WAITING_FOR_DEPOSIT: 'info', APPROVED: 'good', DECLINED: 'bad', UNKNOWN: 'bad', REVERSED: 'dim',
  REVERSING: 'warn', WAITING: 'info', REQUESTED: 'info', SUCCEEDED: 'good', FAILED: 'bad', COMPLETED: 'good',
  COMPLETED_WITH_FAILURES: 'warn', RUNNING: 'info', STOPPED: 'warn', INTERRUPTED: 'bad', NEVER: 'dim', ADJUSTED: 'warn', PAID: 'good',
  SENT: 'info', PROPOSED: 'info', REJECTED: 'dim', ACTIVE: 'good', REVOKED: 'dim', OPEN: 'good', CLOSED: 'dim',
  TRYING: 'info', PROMOTED: 'good',
  live: 'good', catching_up: 'info', rebuilding: 'info', opening: 'info', stopped: 'bad', MATCHED: 'good', RETURNED: 'bad', NOT_MATCHED: 'warn', INCOMPARABLE: 'bad', RESOLVED: 'good',
};

export function toneOf(value: string | undefined): Tone {
  return STATUS_TONES[value ?? ''] ?? 'dim';
}

/** A state in words, with a dot whose colour says the same again. */
export function Badge({ kind, value, tone }: { kind: Parameters<typeof code>[0]; value: string | undefined; tone?: Tone }) {
  return <span class={cx('badge', tone ?? toneOf(value))}>{code(kind, value)}</span>;
}

export function Status({ value, inDoubt }: { value: string; inDoubt?: boolean | undefined }) {
  return (
    <span class="status">
      <Badge kind="status" value={value} />
      {inDoubt && <span class="badge bad">{t(w.inDoubt)}</span>}
    </span>
  );
}

export function Id({ id, whole }: { id: string; whole?: boolean }) {
  return (
    <code class="id" title={id}>
      {whole ? id : shortId(id)}
    </code>
  );
}

export function Copy({ text, label }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="quiet small" onClick={copy} aria-label={`${t(w.copy)}: ${label ?? text}`}>
      {done ? t(w.copied) : t(w.copy)}
    </button>
  );
}

/** Title, what stands beside it, and what can be done here. */
export function Head({ title, sub, children }: { title: ComponentChildren; sub?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="head">
      <div>
        <h1>{title}</h1>
        {sub && <p class="sub">{sub}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}

export function Panel({ title, aside, children, flush }: { title?: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren; flush?: boolean }) {
  return (
    <section class={cx('panel', flush && 'flush')}>
      {title && (
        <div class="panel-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** How fresh the numbers are: the views' distance from the ledger, in words, and when they came. */
export function Fresh({ seen, at }: { seen?: Seen | undefined; at: number }) {
  if (at === 0) return <>{'\u00a0'}</>; // its line stays
  const tone: Tone = seen?.stopped ? 'bad' : (seen?.lagEvents ?? 0) > 1000 ? 'warn' : 'good';
  const lag = seen?.stopped ? t(w.viewsStopped) : seen && seen.lagEvents > 0 ? t(w.eventsBehind, seen.lagEvents) : t(w.upToDate);
  return (
    <span class={cx('fresh', tone)} title={seen ? `${t(w.position)} ${seen.position}` : undefined}>
      {clock(at)} {ZONE} · {lag}
    </span>
  );
}

/** Nothing is here, and what to do about it. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <div class="empty-next">{children}</div>
    </div>
  );
}

/** What the server said, in its own English: to a Korean reader it is evidence, folded away. */
export function Said({ children }: { children: ComponentChildren }) {
  if (!children) return null;
  if (lang.value === 'en') return <span class="dim">{children}</span>;
  return <details class="said"><summary>{t(w.original)}</summary><span lang="en">{children}</span></details>;
}

/** Why an item stays open: its name, what to do, and the server's own words. */
export function Because({ of }: { of: { code: string; detail: string } }) {
  const next = wayOut(of.code);
  return <span class="two" title={of.detail}><span>{code('trouble', of.code)}</span><span class="dim small-text">{next} <Said>{of.detail}</Said></span></span>;
}

/** What went wrong, why, what next, and the name under which the server logged it. */
export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const missing = problem.status === 404 && (problem.detail ?? '').includes('no such path');
  const said = problemWords(problem);
  const title = missing ? t(w.notServed) : said.what;
  const hint = missing ? t(w.notServedHint) : said.next;
  return (
    <div class="failure" role={missing ? undefined : 'alert'}>
      <p class="empty-title">{title}</p>
      {problem.errors?.map((e, i) => (
        <p key={e.pointer}>
          <code>{e.pointer}</code> {said.fields[i]}
        </p>
      ))}
      {hint && <p class="empty-next">{hint}</p>}
      {said.original && <Said>{said.original}</Said>}
      {!missing && (
        <p class="dim small-text">
          {problem.code}
          {problem.status > 0 && ` · ${problem.status}`}
          {problem.requestId && ` · ${problem.requestId}`}
        </p>
      )}
      {retry && !missing && (
        <button type="button" onClick={retry}>
          {t(w.retry)}
        </button>
      )}
    </div>
  );
}

/** What was asked for, once it is there; until then its place, or why it isn't there. */
export function Loaded<T>({ got, rows, children }: { got: Got<T>; rows?: number; children: (data: T) => ComponentChildren }) {
  return (
    <>
      {got.problem && <Failure problem={got.problem} retry={got.refresh} />}
      {got.data ? children(got.data) : !got.problem && <Skeleton rows={rows ?? 6} />}
    </>
  );
}

/** Holds the place of what is coming, so that nothing jumps. */
export function Skeleton({ rows = 6, height }: { rows?: number; height?: number | undefined }) {
  return (
    <div class="skeleton" style={height ? { height: `${height}px`, padding: 0 } : undefined} aria-busy="true" aria-label={t(w.loading)}>
      {Array.from({ length: height ? 1 : rows }, (_, i) => (
        <span key={i} style={height ? { height: '100%' } : undefined} />
      ))}
    </div>
  );
}

export function Field({ label, hint, error, children }: { label: string; hint?: string | undefined; error?: string | undefined; children: (id: string, describedBy: string) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, `${id}-d`)}
      {(error || hint) && (
        <p id={`${id}-d`} class={error ? 'field-error' : 'field-hint'}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

/** A modal of the browser's own: it keeps the focus inside, closes by Esc and gives the focus back. */
export function Dialog({ title, wide, onClose, children }: { title: string; wide?: boolean | undefined; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    ref.current?.showModal();
    return () => opener?.focus();
  }, []);
  const outside = (event: JSX.TargetedMouseEvent<HTMLDialogElement>) => {
    if (event.target === ref.current) onClose();
  };
  return (
    <dialog ref={ref} class={wide ? 'wide' : undefined} aria-labelledby={id} onClose={onClose} onMouseDown={outside}>
      <div class="dialog-box">
        <div class="panel-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet" onClick={onClose} aria-label={t(w.close)}>
            ✕
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** A button with a panel of its own below it: columns, saved views. Closes by Esc and by a click elsewhere. */
export function Menu({ label, children }: { label: ComponentChildren; children: ComponentChildren }) {
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const box = ref.current;
      if (!box?.open) return;
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !box.contains(event.target as Node)) box.open = false;
    };
    document.addEventListener('mousedown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('mousedown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details class="menu" ref={ref}>
      <summary>{label}</summary>
      <div class="menu-box">{children}</div>
    </details>
  );
}

export function Tabs({ tabs, current, hrefOf }: { tabs: { id: string; label: string; count?: number | undefined }[]; current: string; hrefOf: (id: string) => string }) {
  return (
    <nav class="tabs">
      {tabs.map((tab) => (
        <a key={tab.id} href={hrefOf(tab.id)} aria-current={tab.id === current ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <span class="count">{tab.count}</span>}
        </a>
      ))}
    </nav>
  );
}

/** `path` with the page that the address names. */
export function paged(path: string, limit = 100, name = 'cursor'): string {
  const cursor = place.value.query.get(name);
  return `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&${name}=${encodeURIComponent(cursor)}` : ''}`;
}

/** On through a list whose cursor stands in the address; back is the browser's. */
export function Pages({ next, name = 'cursor' }: { next: string | null | undefined; name?: string }) {
  const inside = place.value.query.get(name);
  if (!next && !inside) return null;
  const turn = (cursor: string | undefined) => () => {
    setQuery({ [name]: cursor });
    scrollTo(0, 0);
  };
  return (
    <nav class="pages" aria-label={t(w.pages)}>
      {inside && <button type="button" onClick={turn(undefined)}>{t(w.firstPage)}</button>}
      {next && <button type="button" onClick={turn(next)}>{t(w.nextPage)}</button>}
    </nav>
  );
}

/** Which of several currencies a chart draws; it stands in the address. */
export function CurrencyChoice({ of, chosen }: { of: string[]; chosen: string | undefined }) {
  if (of.length < 2) return <span class="dim small-text">{chosen}</span>;
  return (
    <div class="segments" role="group" aria-label={t(w.currency)}>
      {of.map((one) => <button key={one} type="button" class="small" aria-pressed={one === chosen} onClick={() => setQuery({ currency: one })}>{one}</button>)}
    </div>
  );
}

/** The currency of the address, if it is one of these; else the first. */
export function chosenOf(currencies: string[]): string | undefined {
  const wanted = place.value.query.get('currency') ?? '';
  return currencies.includes(wanted) ? wanted : currencies[0];
}

/** Facts in two columns; one without a value is left out. */
export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => value !== undefined && value !== null && value !== '' && (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function None() {
  return <span class="dim none">–</span>;
}

export function today(): string {
  return daySeoul(Date.now());
}
