// Writes: a button that does one thing on the server, a form that asks for one. Both say what came of it, and send
// the same wish again under the same key when its answer was lost.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type Problem, newKey, problemOf, write } from '../base/api';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { forgetKept } from '../base/live';
import { Dialog, Failure } from './parts';

type Write = <T>(path: string, body: unknown, key: string) => Promise<T>;
const post: Write = (path, body, key) => write('POST', path, body, key);

/** `what`: the beginning of the idempotency keys. */
export function useSend(what: string) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const last = useRef({ wish: '', key: '' });
  const send = async <T,>(path: string, body: unknown, done: (answer: T) => void, how = post) => {
    const wish = body instanceof Blob ? path + (await body.text()) : path + JSON.stringify(body);
    if (last.current.wish !== wish) last.current = { wish, key: newKey(what) };
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await how<T>(path, body, last.current.key);
      last.current.wish = '';
      forgetKept();
      done(answer);
    } catch (error) {
      const failed = problemOf(error);
      if (!failed.retryable && failed.status !== 0) last.current.wish = '';
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, send, forget: () => setProblem(undefined) };
}

interface ButtonProps<T> {
  label: string;
  title?: string;
  path: string;
  body?: unknown;
  what: string;
  primary?: boolean;
  danger?: boolean;
  ask?: ComponentChildren; // what it means; with it a dialog comes first
  onDone: (answer: T) => void;
}

export function ActButton<T>({ label, title, path, body, what, primary, danger, ask, onDone }: ButtonProps<T>) {
  const [open, setOpen] = useState(false);
  const { busy, problem, send, forget } = useSend(what);
  const act = () => send<T>(path, body, (answer) => {
    setOpen(false);
    onDone(answer);
  });
  const close = () => {
    setOpen(false);
    forget();
  };
  return (
    <>
      <button type="button" class={primary ? 'primary' : undefined} disabled={busy} onClick={() => (ask ? setOpen(true) : act())}>
        {label}
        {ask && '…'}
      </button>
      {(open || problem) && (
        <Dialog title={title ?? label} onClose={close}>
          {ask}
          {problem && <Failure problem={problem} />}
          <div class="dialog-actions">
            <button type="button" onClick={close}>{t(w.leaveIt)}</button>
            <button type="button" class={danger ? 'danger' : 'primary'} disabled={busy} onClick={act}>{label}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}

interface FormProps<T, Preview> {
  title: string;
  submit: string;
  path: string;
  body: unknown;
  what: string;
  ready: boolean;
  danger?: boolean;
  wide?: boolean;
  // Of `?dryRun=true`; with it nothing is sent that wasn't looked at. `ask` looks again with more parameters.
  preview?: (answer: Preview, ask: (query: string) => Promise<Preview>) => ComponentChildren;
  previewed?: string; // parameters of the first look
  isNothing?: (answer: Preview) => boolean; // what was looked at comes to nothing
  how?: Write;
  onClose: () => void;
  onDone: (answer: T) => void;
  children: ComponentChildren;
}

export function FormDialog<T, Preview = never>({ title, submit, path, body, what, ready, danger, wide, preview, previewed = '', isNothing, how, onClose, onDone, children }: FormProps<T, Preview>) {
  const { busy, problem, send } = useSend(what);
  const [seen, setSeen] = useState<{ wish: string; answer: Preview }>();
  const wish = JSON.stringify(body);
  const looked = seen?.wish === wish;
  const ask = (query: string) => write<Preview>('POST', `${path}?dryRun=true&${query}`, body, newKey(what));
  const act = (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    if (preview && !looked) void send<Preview>(`${path}?dryRun=true${previewed}`, body, (answer) => setSeen({ wish, answer }));
    else void send<T>(path, body, onDone, how);
  };
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      <form class="form" onSubmit={act}>
        {children}
        {problem && <Failure problem={problem} />}
        {preview && looked && <div class="preview" role="status" key={wish}>{preview(seen.answer, ask)}</div>}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>{t(w.leaveIt)}</button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={!ready || busy || (looked && isNothing?.(seen.answer))}>{preview && !looked ? t(w.preview) : submit}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Figures in a row: the same everywhere a day, a run or a payout is summed up. */
export function Figures({ rows }: { rows: [string, ComponentChildren, boolean?][] }) {
  return (
    <dl class="sums">
      {rows.map(([name, value, strong]) => (
        <div key={name} class={strong ? 'strong' : undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
