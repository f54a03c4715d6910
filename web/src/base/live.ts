// useGet: what a screen shows of the server, kept fresh. The last answer of an address is shown at once when a
// reader comes back to it; while a new one is on its way the old stays, so nothing jumps. Polling stops while
// nobody looks.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Problem, get } from './api';

const KEPT_MAX = 40;
const kept = new Map<string, { data: unknown; at: number }>();

function keep(path: string, data: unknown) {
  kept.delete(path);
  kept.set(path, { data, at: Date.now() });
  const oldest = kept.keys().next();
  if (kept.size > KEPT_MAX && !oldest.done) kept.delete(oldest.value);
}

/** After a write: what was kept may be untrue. */
export function forgetKept() {
  kept.clear();
}

export interface Got<T> {
  data: T | undefined;
  problem: Problem | undefined;
  isStale: boolean; // `data` belongs to an earlier address
  isLoading: boolean;
  at: number; // when `data` came
  turn: string; // another one: the reader wished for these rows, they needn't be held back
  refresh: () => void; // the reader's wish, or what follows from one
  again: () => void; // asked by the page itself
}

interface State<T> {
  path: string | null;
  data?: T;
  problem?: Problem;
  at: number;
  wish: number;
  isLoading: boolean;
}

export function useGet<T>(path: string | null, every = 0): Got<T> {
  const [state, setState] = useState<State<T>>(() => start<T>(path));
  const [turn, setTurn] = useState(0);
  const wish = useRef(0);
  const current = useRef(state);
  current.current = state;

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    let timer = 0;
    let first = true;
    const seen = kept.get(path);
    const asked = wish.current;
    if (current.current.path !== path && seen) {
      setState({ path, data: seen.data as T, at: seen.at, wish: asked, isLoading: true });
    } else {
      setState((s) => ({ ...s, isLoading: true }));
    }
    const again = (ms: number) => {
      clearTimeout(timer);
      timer = window.setTimeout(ask, ms);
    };
    const ask = async () => {
      if (document.hidden && !first) return again(1000);
      const background = !first;
      first = false;
      try {
        const data = await get<T>(path, { signal: abort.signal, background });
        keep(path, data);
        setState({ path, data, at: Date.now(), wish: asked, isLoading: false });
        if (every > 0) again(every);
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof ApiError ? error.problem : { status: 0, code: 'BUG', detail: String(error) };
        setState((s) => ({ ...(s.path === path ? s : { at: 0, wish: asked }), path, problem, isLoading: false }));
        if (every > 0 || problem.code === 'VIEWS_NOT_READY') again(Math.max(every, 2000));
      }
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, every, turn]);

  const again = useCallback(() => setTurn((n) => n + 1), []);
  const refresh = useCallback(() => {
    wish.current += 1;
    again();
  }, []);
  const isStale = state.path !== path;
  return {
    data: state.data,
    problem: isStale ? undefined : state.problem,
    isStale,
    isLoading: state.isLoading || isStale,
    at: state.at,
    turn: `${state.path} ${state.wish}`,
    refresh,
    again,
  };
}

/** Asked again when `of` is another; the first that is known is no change. */
export function useAgain(got: Got<unknown>, of: string) {
  const before = useRef('');
  useEffect(() => {
    if (before.current !== '' && before.current !== of) got.again();
    before.current = of;
  }, [of]);
}

function start<T>(path: string | null): State<T> {
  const seen = path === null ? undefined : kept.get(path);
  if (!seen) return { path, at: 0, wish: 0, isLoading: path !== null };
  return { path, data: seen.data as T, at: seen.at, wish: 0, isLoading: true };
}
