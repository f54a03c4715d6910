// A button that does one thing on the server: asks once more where it matters, says what came of it, and sends
// the same wish again under the same key when its answer was lost.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, type Problem, newKey, write } from '../base/api';
import { t } from '../base/i18n';
import { forgetKept } from '../base/live';
import { Dialog, Failure } from './parts';

export function problemOf(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : { status: 0, code: String(error) };
}

interface Props<T> {
  label: string;
  title?: string;
  path: string;
  body?: unknown;
  what: string; // the beginning of the idempotency key
  primary?: boolean;
  danger?: boolean;
  disabled?: boolean;
  ask?: ComponentChildren; // what it means; with it a dialog comes first
  onDone: (answer: T) => void;
}

export function ActButton<T>({ label, title, path, body, what, primary, danger, disabled, ask, onDone }: Props<T>) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [key, setKey] = useState(() => newKey(what));
  const act = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await write<T>('POST', path, body, key);
      setKey(newKey(what));
      setOpen(false);
      forgetKept();
      onDone(answer);
    } catch (error) {
      const failed = problemOf(error);
      if (!failed.retryable && failed.status !== 0) setKey(newKey(what));
      setProblem(failed);
      setOpen(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class={primary ? 'primary' : undefined} disabled={disabled || busy} onClick={() => (ask ? setOpen(true) : act())}>
        {label}
        {ask && '…'}
      </button>
      {open && (
        <Dialog title={title ?? label} onClose={() => setOpen(false)}>
          {ask}
          {problem && <Failure problem={problem} />}
          <div class="dialog-actions">
            <button type="button" onClick={() => setOpen(false)}>{t('leaveIt')}</button>
            <button type="button" class={danger ? 'danger' : 'primary'} disabled={busy} onClick={act}>{label}</button>
          </div>
        </Dialog>
      )}
    </>
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
