// Paying out: make a day's payouts, give the bank its file, read what the bank answered.
import { useState } from 'preact/hooks';
import { writeForFile } from '../base/api';
import { download } from '../base/csv';
import { count } from '../base/format';
import { t } from '../base/i18n';
import * as w from '../base/words';
import type { PayoutReport, ResultsApplied } from '../base/money_types';
import { Figures, FormDialog } from '../ui/act';
import { Dialog, Empty, Field, Menu, Money, today } from '../ui/parts';
import { Table } from '../ui/table';
import { Troubles } from './settlement';

type Act = 'run' | 'file' | 'results';
const ACTS: [Act, w.Word][] = [['run', w.payout_run], ['file', w.payout_file], ['results', w.payout_results]];

function DayField({ day, onDay }: { day: string; onDay: (day: string) => void }) {
  return <Field label={t(w.payoutDate)}>{(id) => <input id={id} type="date" required value={day} onInput={(e) => onDay(e.currentTarget.value)} />}</Field>;
}

function Report({ report }: { report: PayoutReport }) {
  return (
    <>
      <Figures rows={[
        [t(w.payouts), count(report.requested)],
        [t(w.carriedOver), count(report.carried)],
        [t(w.onHold), count(report.held)],
        [t(w.madeAlready), count(report.already)],
        [t(w.moreDueSince), count(report.waiting)],
        [t(w.closedForThem), count(report.closed)],
        ...report.totals.map((x): [string, preact.ComponentChildren, boolean] => [t(w.paidOut), <Money value={x.amount} currency={x.currency} />, true]),
      ]} />
      {report.requested + report.carried + report.already + report.held + report.closed === 0 && <p>{t(w.nothingDue)}</p>}
      <Troubles of={report.problems} />
    </>
  );
}

function Applied({ answer, onClose }: { answer: ResultsApplied; onClose: () => void }) {
  return (
    <Dialog title={t(w.resultsRead)} onClose={onClose}>
      <Figures rows={[[t(w.applied), count(answer.applied), true], [t(w.knownAlready), count(answer.already)], [t(w.refused), count(answer.refused.length)]]} />
      {answer.refused.length === 0 ? <Empty title={t(w.allApplied)}>{t(w.allAppliedMore)}</Empty> : (
        <Table caption={t(w.refused)} rows={answer.refused} keyOf={(_, i) => String(i)} columns={[
          { label: t(w.row), num: true, cell: (r) => r.line },
          { label: t(w.why), card: 'title', cell: (r) => <span class="wrap">{r.why}</span> },
        ]} />
      )}
      <div class="dialog-actions"><button type="button" class="primary" onClick={onClose}>{t(w.close)}</button></div>
    </Dialog>
  );
}

export function PayoutActs({ onDone }: { onDone: () => void }) {
  const [act, setAct] = useState<Act>();
  const [day, setDay] = useState(today());
  const [closedToo, setClosedToo] = useState(false);
  const [file, setFile] = useState<File>();
  const [made, setMade] = useState<{ name: string; rows: number; held: number }>();
  const [applied, setApplied] = useState<ResultsApplied>();
  const close = () => setAct(undefined);
  const done = () => {
    close();
    onDone();
  };
  return (
    <>
      <Menu label={t(w.payOut)}>
        {ACTS.map(([one, word]) => <button key={one} type="button" onClick={() => setAct(one)}>{t(word)}…</button>)}
      </Menu>
      {act === 'run' && (
        <FormDialog<PayoutReport, PayoutReport> title={t(w.payout_run)} submit={t(w.payout_run)} what="payouts" path="/v1/payouts/runs" ready={day !== ''} body={{ date: day, alsoOnClosedDay: closedToo }} preview={(report) => <Report report={report} />} onClose={close} onDone={done}>
          <p class="dim">{t(w.payoutRunMeans)}</p>
          <DayField day={day} onDay={setDay} />
          <label class="check"><input type="checkbox" checked={closedToo} onChange={(e) => setClosedToo(e.currentTarget.checked)} />{t(w.alsoOnClosedDay)}</label>
        </FormDialog>
      )}
      {act === 'file' && (
        <FormDialog<{ name: string; text: string; held: number }> title={t(w.payout_file)} submit={t(w.payout_file)} what="payout-file" path="/v1/payouts/files" ready={day !== ''} body={{ date: day }} how={writeForFile as never} onClose={close} onDone={(got) => { const rows = got.text.trim().split('\n').length - 1; if (rows > 0) download(got.name, [got.text]); setMade({ name: got.name, rows, held: got.held }); done(); }}>
          <p class="dim">{t(w.payoutFileMeans)}</p>
          <DayField day={day} onDay={setDay} />
        </FormDialog>
      )}
      {act === 'results' && (
        <FormDialog<ResultsApplied> title={t(w.payout_results)} submit={t(w.readFile)} what="payout-results" path={`/v1/payouts/results?name=${encodeURIComponent(file?.name ?? '')}`} ready={file !== undefined} body={file} onClose={close} onDone={(answer) => { setApplied(answer); done(); }}>
          <p class="dim">{t(w.payoutResultsMean)}</p>
          <Field label={t(w.file)}>{(id) => <input id={id} type="file" accept=".csv,text/csv" required onChange={(e) => setFile(e.currentTarget.files?.[0])} />}</Field>
        </FormDialog>
      )}
      {made && (
        <Dialog title={t(w.payout_file)} onClose={() => setMade(undefined)}>
          <p role="status">{made.rows === 0 ? t(w.fileEmpty) : <><code>{made.name}</code><br />{t(w.fileHas, count(made.rows))}</>} {made.held > 0 && t(w.fileHeld, count(made.held))}</p>
        </Dialog>
      )}
      {applied && <Applied answer={applied} onClose={() => setApplied(undefined)} />}
    </>
  );
}
