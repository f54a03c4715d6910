import { useState } from 'preact/hooks';
import { ApiError, type Problem, sessionEnded, signIn } from '../base/api';
import { t } from '../base/i18n';
import * as w from '../base/words';
import { forgetKept } from '../base/live';
import { Choices } from '../app';
import { Failure, Field } from '../ui/parts';

export function Login() {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    forgetKept();
    try {
      await signIn(key.trim());
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : { status: 0, code: String(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form class="login-box" onSubmit={enter}>
        <p class="brand">
          원장 <span>Wonjang</span>
        </p>
        <h1>{t(w.signIn)}</h1>
        {sessionEnded.value && <p class="note" role="status">{t(w.sessionEnded)}</p>}
        <Field label={t(w.apiKey)} hint={t(w.apiKeyHint)}>
          {(id, describedBy) => (
            <input id={id} type="password" autocomplete="current-password" spellcheck={false} required aria-describedby={describedBy} placeholder="wonjang_live_…" value={key} onInput={(e) => setKey(e.currentTarget.value)} />
          )}
        </Field>
        {problem && <Failure problem={problem} />}
        <button type="submit" class="primary" disabled={busy || key.trim() === ''}>
          {t(w.signIn)}
        </button>
        <div class="login-choices">
          <Choices />
        </div>
      </form>
    </main>
  );
}
