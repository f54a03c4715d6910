// A box that finds while one types: what is found drops down, arrows choose, Enter takes the chosen one or, with none
// chosen, what was typed.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemOf } from '../base/api';
import { lang, problemWords } from '../base/i18n';

const PAUSE_MS = 120;

export interface Found<Item> {
  items: Item[];
  note?: string; // below them
}

interface Props<Item> {
  id?: string;
  label: string;
  placeholder: string;
  describedBy?: string | undefined;
  text: string;
  least: number; // so many characters to begin with
  find: (text: string, abort: AbortSignal) => Promise<Found<Item>>;
  keyOf: (item: Item) => string;
  show: (item: Item) => ComponentChildren;
  onType: (text: string) => void;
  onPick: (item: Item) => void;
  onEnter: (text: string) => void;
  onLeave?: (text: string) => void;
}

export function Combo<Item>({ id, label, placeholder, describedBy, text, least, find, keyOf, show, onType, onPick, onEnter, onLeave }: Props<Item>) {
  const list = useId();
  const [found, setFound] = useState<Found<Item>>();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLDivElement>(null);
  const wanted = text.trim();

  useEffect(() => {
    setAt(-1);
    if (!open || wanted.length < least) {
      setFound(undefined);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await find(wanted, abort.signal);
        if (!abort.signal.aborted) setFound(answer);
      } catch (error) {
        if (abort.signal.aborted) return;
        setFound({ items: [], note: problemWords(problemOf(error)).what });
      }
    }, PAUSE_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [wanted, open, lang.value]);

  const take = (item: Item) => {
    setOpen(false);
    onPick(item);
  };
  const onKey = (event: KeyboardEvent) => {
    const items = found?.items ?? [];
    if (event.isComposing) return; // a syllable isn't finished
    if (event.key === 'Escape' && open && found) {
      setOpen(false);
      event.preventDefault(); // a dialog around it stays
      event.stopPropagation();
    } else if (event.key === 'Escape') {
      (event.target as HTMLElement).blur();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = items[at];
      if (chosen !== undefined) return take(chosen);
      setOpen(false);
      onEnter(wanted);
    } else if (/^Arrow(Down|Up)$/.test(event.key) && items.length > 0) {
      event.preventDefault();
      setAt((i) => (event.key === 'ArrowDown' ? (i + 1) % items.length : (i <= 0 ? items.length : i) - 1));
    }
  };
  const leave = (event: FocusEvent) => {
    if (box.current?.contains(event.relatedTarget as Node)) return;
    setOpen(false);
    onLeave?.(wanted);
  };
  const expanded = open && found !== undefined;
  return (
    <div class="combo" ref={box} onFocusOut={leave}>
      <input
        id={id}
        type={onLeave ? 'text' : 'search'}
        role="combobox"
        aria-label={label}
        aria-describedby={describedBy}
        aria-expanded={expanded}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        autocomplete="off"
        placeholder={placeholder}
        value={text}
        onInput={(e) => {
          onType(e.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={onKey}
        onFocus={(e) => (onLeave ? e.currentTarget.select() : setOpen(true))}
      />
      {/* A press keeps the focus in the box, so that leaving it doesn't close the list first. */}
      <div class="hits" hidden={!expanded} onMouseDown={(e) => e.preventDefault()}>
        <ul id={list} role="listbox" aria-label={label}>
          {expanded && found.items.map((item, i) => (
            <li key={keyOf(item)} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseEnter={() => setAt(i)} onClick={() => take(item)}>
              {show(item)}
            </li>
          ))}
        </ul>
        {expanded && found.note && <p class="hits-note" role="status">{found.note}</p>}
      </div>
    </div>
  );
}
