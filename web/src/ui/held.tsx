// Rows that stay where they are while new answers come. What is on the screen is brought up to date in place. Rows that
// came or went change the list by themselves while nobody reads it; under a reader they wait behind a button.
import { useRef, useState } from 'preact/hooks';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { type TableProps, Table } from './table';

/** Somebody scrolled down, points at rows, has the focus among them, marks a text or has a form open. */
function isRead(): boolean {
  return scrollY > 0 || document.querySelector('.live:hover, .live:focus-within, dialog[open]') !== null || Boolean(getSelection()?.toString());
}

export interface Held<Row> {
  rows: Row[];
  waiting: number; // new ones, not shown yet
  gone: ReadonlySet<string>; // shown, and no more there
  show: () => void;
  isNew: (row: Row) => boolean; // came with the last change of the list
}

interface Shown<Row> {
  of: string;
  rows: Row[];
  fresh: ReadonlySet<string>;
}

/** `of`: another one is another list, shown at once. `whole`: `latest` is all there is, so what it lacks is gone. */
export function useHeld<Row>(of: string, latest: Row[] | undefined, idOf: (row: Row) => string, whole = false): Held<Row> {
  const [, redraw] = useState(0);
  const last = useRef<Row[]>([]);
  const shown = useRef<Shown<Row>>({ of: '', rows: [], fresh: new Set() });
  const before = shown.current;
  const take = () => {
    const known = new Set(before.rows.map(idOf));
    const isOther = before.of !== of || known.size === 0;
    shown.current = { of, rows: last.current, fresh: new Set(isOther ? [] : last.current.map(idOf).filter((id) => !known.has(id))) };
  };
  // Decided while it is drawn, not after: rows are drawn once an answer.
  if (latest && (latest !== last.current || before.of !== of)) {
    last.current = latest;
    const now = new Map(latest.map((row) => [idOf(row), row]));
    if (before.of !== of || before.rows.length === 0 || !isRead()) take();
    else shown.current = { ...before, rows: before.rows.map((row) => now.get(idOf(row)) ?? row) };
  }
  const { rows, fresh } = shown.current;
  const ids = rows.map(idOf);
  const [there, now] = [new Set(ids), new Set(last.current.map(idOf))];
  return {
    rows,
    waiting: [...now].filter((id) => !there.has(id)).length,
    gone: new Set(whole ? ids.filter((id) => !now.has(id)) : []),
    show: () => {
      take();
      redraw((n) => n + 1);
    },
    isNew: (row) => fresh.has(idOf(row)),
  };
}

/** What waits, as a button; nothing while nothing does. */
export function Pill({ of }: { of: Pick<Held<never>, 'waiting' | 'gone' | 'show'> }) {
  const { waiting, gone } = of;
  if (waiting + gone.size === 0) return null;
  const show = (event: { currentTarget: Element }) => {
    const list = event.currentTarget.closest('.live');
    of.show();
    if (list && list.getBoundingClientRect().top < 0) list.scrollIntoView();
  };
  return <button type="button" class="pill" onClick={show}>{waiting > 0 ? t(w.newRows, waiting) : t(w.goneRows, gone.size)}</button>;
}

interface LiveProps<Row> extends TableProps<Row> {
  of: string;
  whole?: boolean;
}

/** A table of rows that are asked for again and again. */
export function LiveTable<Row>({ of, whole, rows, keyOf, ...table }: LiveProps<Row>) {
  const idOf = (row: Row) => keyOf(row, 0);
  const held = useHeld(of, rows, idOf, whole);
  return (
    <div class="live">
      <div class="above-table" role="status"><Pill of={held} /></div>
      <Table {...table} rows={held.rows} keyOf={keyOf} isNew={held.isNew} isGone={(row) => held.gone.has(idOf(row))} />
    </div>
  );
}
