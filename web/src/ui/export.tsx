// Everything that a list shows under its filters, as a file: page by page through the cursors, to the end, or
// until somebody stops it. A file that is not the whole says so and is not saved.
import { useState } from 'preact/hooks';
import { ApiError, type Problem, get } from '../base/api';
import { BOM, type Cell, type Plain, csvLine, csvRow, download } from '../base/csv';
import { count } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import type { Page } from '../base/types';
import { Dialog, Failure } from './parts';

const PAGE = 500;

export interface Export<Row> {
  name: string; // of the file
  head: string[];
  line: (row: Row) => (Cell | Plain)[];
  path: string; // with its filters, without limit and after
  rows?: (page: Record<string, unknown>) => Row[]; // without it the money side's way: `items`, `cursor`
  expected?: number | undefined;
}

interface Job {
  done: number;
  problem?: Problem;
  finished?: boolean;
  stop: () => void;
}

async function gather<Row>(what: Export<Row>, abort: AbortSignal, tell: (done: number) => void): Promise<string[]> {
  const parts = [BOM + csvRow(what.head)];
  let after: string | undefined;
  let done = 0;
  do {
    const joint = what.path.includes('?') ? '&' : '?';
    const on = after === undefined ? '' : `&${what.rows ? 'after' : 'cursor'}=${encodeURIComponent(after)}`;
    const page = await get<Partial<Page> & Record<string, unknown>>(`${what.path}${joint}limit=${PAGE}${on}`, { signal: abort });
    const rows = what.rows ? what.rows(page) : (page.items as Row[]);
    parts.push(rows.map((row) => csvLine(what.line(row))).join(''));
    done += rows.length;
    tell(done);
    after = page.hasMore === false ? undefined : (page.nextCursor ?? undefined);
  } while (after !== undefined);
  return parts;
}

export function ExportButton<Row>({ what }: { what: Export<Row> }) {
  const [job, setJob] = useState<Job>();
  const start = async () => {
    const abort = new AbortController();
    const stop = () => abort.abort();
    setJob({ done: 0, stop });
    try {
      const parts = await gather(what, abort.signal, (done) => setJob({ done, stop }));
      download(`${what.name}.csv`, parts);
      setJob((j) => j && { ...j, finished: true });
    } catch (error) {
      if (abort.signal.aborted) return setJob(undefined);
      setJob((j) => j && { ...j, problem: error instanceof ApiError ? error.problem : { status: 0, code: String(error) } });
    }
  };
  const close = () => {
    job?.stop();
    setJob(undefined);
  };
  return (
    <>
      <button type="button" onClick={start} data-key="e" title={t(w.exportHint)}>
        CSV
      </button>
      {job && (
        <Dialog title={t(w.exportTitle)} onClose={close}>
          {job.problem ? (
            <Failure problem={job.problem} retry={start} />
          ) : (
            <>
              <p role="status">{job.finished ? t(w.exportDone, count(job.done)) : t(w.exportRows, count(job.done))}</p>
              {what.expected !== undefined && <progress max={Math.max(what.expected, job.done, 1)} value={job.finished ? Math.max(what.expected, job.done, 1) : job.done} aria-label={t(w.exportTitle)} />}
            </>
          )}
          <div class="dialog-actions">
            <button type="button" onClick={close}>
              {job.finished || job.problem ? t(w.close) : t(w.stop)}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
