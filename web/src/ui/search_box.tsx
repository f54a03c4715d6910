// The box at the top of every screen: a part of a name, an order, any id. What it finds drops down while one
// types; Enter opens the chosen payment, or all that was found.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../base/api';
import { daySeoul } from '../base/format';
import { code, lang, t } from '../base/i18n';
import * as w from '../base/words';
import type { SearchHit, SearchPage } from '../base/types';
import { go, href, place } from '../base/url';
import { Money, Status, Time } from './parts';

const SHOWN = 8;
const PAUSE_MS = 120;

export function Marked({ text, part }: { text: string; part: string }) {
  const at = part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase());
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + part.length)}</mark>
      {text.slice(at + part.length)}
    </>
  );
}

export function isPaymentId(text: string): boolean {
  return /^pay_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}

export function SearchBox() {
  const asked = place.value.path === '/search' ? (place.value.query.get('q') ?? '') : '';
  const [text, setText] = useState(asked);
  const [hits, setHits] = useState<SearchHit[]>();
  const [note, setNote] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLFormElement>(null);

  useEffect(() => setText(asked), [asked]);

  useEffect(() => {
    const q = text.trim();
    setAt(-1);
    if (!open || q.length < 2) {
      setHits(undefined);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const page = await get<SearchPage>(`/v1/search?q=${encodeURIComponent(q)}&limit=${SHOWN}`, { signal: abort.signal });
        setHits(page.payments);
        const count = page.payments.length + (page.payouts?.length ?? 0);
        setNote(`${count === 0 ? t(w.nothingFound) : page.hasMore ? t(w.moreFound, SHOWN) : t(w.found, count)} · ${daySeoul(Date.parse(page.period.from))} –`);
      } catch (error) {
        if (!(error instanceof ApiError)) return;
        setHits([]);
        setNote(error.problem.detail ?? error.problem.message ?? t(w.noAnswer));
      }
    }, PAUSE_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [text, open, lang.value]);

  useEffect(() => {
    const outside = (e: MouseEvent) => !box.current?.contains(e.target as Node) && setOpen(false);
    document.addEventListener('mousedown', outside);
    return () => document.removeEventListener('mousedown', outside);
  }, []);

  const close = () => setOpen(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const q = text.trim();
    const chosen = at >= 0 ? hits?.[at]?.id : isPaymentId(q) ? q : undefined;
    close();
    if (chosen) go(href(`/payments/${chosen}`));
    else if (q !== '') go(href('/search', { q }));
  };
  const onKey = (event: KeyboardEvent) => {
    const n = hits?.length ?? 0;
    if (event.key === 'Escape') {
      if (open && hits) close();
      else (event.target as HTMLElement).blur();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && n > 0) {
      event.preventDefault();
      setAt((i) => (event.key === 'ArrowDown' ? (i + 1) % n : (i <= 0 ? n : i) - 1));
    }
  };
  const expanded = open && hits !== undefined;
  return (
    <form class="search" role="search" ref={box} onSubmit={submit}>
      <input
        id="global-search"
        type="search"
        role="combobox"
        aria-label={t(w.searchLabel)}
        aria-expanded={expanded}
        aria-controls="search-hits"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `hit-${at}` : undefined}
        autocomplete="off"
        placeholder={t(w.searchPlaceholder)}
        value={text}
        onFocus={() => setOpen(true)}
        onInput={(e) => {
          setText(e.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={onKey}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="hits" hidden={!expanded}>
        <ul id="search-hits" role="listbox" aria-label={t(w.searchLabel)}>
          {expanded &&
            hits.map((hit, i) => (
              <li key={hit.id} id={`hit-${i}`} role="option" aria-selected={i === at} onMouseEnter={() => setAt(i)} onClick={() => { close(); go(href(`/payments/${hit.id}`)); }}>
                <span class="hit-name">
                  <Marked text={hit.buyerName ?? '–'} part={text.trim()} /> · <Marked text={hit.orderName ?? hit.orderId} part={text.trim()} />
                </span>
                <span class="hit-money">
                  <Money value={hit.totalAmount} currency={hit.currency} />
                </span>
                <span class="dim small-text">
                  <Time at={hit.requestedAt} full /> · {hit.matched.map((m) => code('matched', m)).join(', ')}
                </span>
                <Status value={hit.status} />
              </li>
            ))}
        </ul>
        {expanded && <p class="hits-note" role="status">{note}</p>}
      </div>
    </form>
  );
}
