// Rows that stay where they are while new answers come: what is on the screen is brought up to date in place,
// what is new waits until the reader asks for it.
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Held<Row> {
  rows: Row[];
  waiting: number; // new ones, not shown yet
  show: () => void;
  isNew: (row: Row) => boolean; // came with the last show()
}

export function useHeld<Row>(key: string, latest: Row[] | undefined, idOf: (row: Row) => string): Held<Row> {
  const [held, setHeld] = useState<{ key: string; rows: Row[]; fresh: Set<string> }>({ key: '', rows: [], fresh: new Set() });
  const last = useRef<Row[]>([]);
  if (latest) last.current = latest;

  useEffect(() => {
    if (!latest) return;
    setHeld((before) => {
      if (before.key !== key || before.rows.length === 0) return { key, rows: latest, fresh: new Set() };
      const now = new Map(latest.map((row) => [idOf(row), row]));
      return { ...before, rows: before.rows.map((row) => now.get(idOf(row)) ?? row) };
    });
  }, [key, latest]);

  const shown = held.key === key ? held.rows : (latest ?? held.rows);
  const ids = new Set(shown.map(idOf));
  const waiting = latest && held.key === key ? latest.filter((row) => !ids.has(idOf(row))).length : 0;
  const show = () => setHeld({ key, rows: last.current, fresh: new Set(last.current.map(idOf).filter((id) => !ids.has(id))) });
  return { rows: shown, waiting, show, isNew: (row) => held.fresh.has(idOf(row)) };
}
