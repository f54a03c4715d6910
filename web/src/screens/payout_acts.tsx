// Paying out: make a day's payouts, give the bank its file, read what the bank answered.
import { useState } from 'preact/hooks';
import { writeForFile } from '../base/api';
import { download } from '../base/csv';
import { count } from '../base/format';
import { t } from '../base/i18n';
import type { PayoutReport, ResultsApplied } from '../base/money_types';
import { Figures, FormDialog } from '../ui/act';
import { Dialog, Empty, Field, Menu, Money, today } from '../ui/parts';
import { Table } from '../ui/table';
import { Troubles } from './settlement';

type Act = 'run' | 'file' | 'results';

function DayField({ day, onDay }: { day: string; onDay: (day: string) => void }) {
  return <Field label={t('payoutDate')}>{(id) => <input id={id} type="date" required value={day} onInput={(e) => onDay(e.currentTarget.value)} />}</Field>;
}

function Report({ report }: { report: PayoutReport }) {
  return (
    <>
      <Figures rows={[
        [t('payouts'), count(report.requested)],
        [t('carriedOver'), count(report.carried)],
        [t('onHold'), count(report.held)],
        [t('madeAlready'), count(report.already)],
        ...report.totals.map((x): [string, preact.ComponentChildren, boolean] => [t('paidOut'), <Money value={x.amount} currency={x.currency} />, true]),
      ]} />
      {report.requested + report.carried + report.already === 0 && <p>{t('nothingDue')}</p>}
      <Troubles of={report.problems} />
    </>
  );
}

function Applied({ answer, onClose }: { answer: ResultsApplied; onClose: () => void }) {
  return (
    <Dialog title={t('resultsRead')} onClose={onClose}>
      <Figures rows={[[t('applied'), count(answer.applied), true], [t('knownAlready'), count(answer.already)], [t('refused'), count(answer.refused.length)]]} />
      {answer.refused.length === 0 ? <Empty title={t('allApplied')} /> : (
        <Table caption={t('refused')} rows={answer.refused} keyOf={(_, i) => String(i)} columns={[
          { id: 'l', label: t('row'), num: true, cell: (r) => r.line },
          { id: 'w', label: t('why'), card: 'title', cell: (r) => <span class="wrap">{r.why}</span> },
        ]} />
      )}
      <div class="dialog-actions"><button type="button" class="primary" onClick={onClose}>{t('close')}</button></div>
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
      <Menu label={t('payOut')}>
        {(['run', 'file', 'results'] as const).map((one) => <button key={one} type="button" onClick={() => setAct(one)}>{t(`payout_${one}`)}…</button>)}
      </Menu>
      {act === 'run' && (
        <FormDialog<PayoutReport, PayoutReport> title={t('payout_run')} submit={t('payout_run')} what="payouts" path="/v1/payouts/runs" ready={day !== ''} body={{ date: day, alsoOnClosedDay: closedToo }} preview={(report) => <Report report={report} />} onClose={close} onDone={done}>
          <p class="dim">{t('payoutRunMeans')}</p>
          <DayField day={day} onDay={setDay} />
          <label class="check"><input type="checkbox" checked={closedToo} onChange={(e) => setClosedToo(e.currentTarget.checked)} />{t('alsoOnClosedDay')}</label>
        </FormDialog>
      )}
      {act === 'file' && (
        <FormDialog<{ name: string; text: string; held: number }> title={t('payout_file')} submit={t('payout_file')} what="payout-file" path="/v1/payouts/files" ready={day !== ''} body={{ date: day }} how={writeForFile as never} onClose={close} onDone={(got) => { const rows = got.text.trim().split('\n').length - 1; if (rows > 0) download(got.name, [got.text]); setMade({ name: got.name, rows, held: got.held }); done(); }}>
          <p class="dim">{t('payoutFileMeans')}</p>
          <DayField day={day} onDay={setDay} />
        </FormDialog>
      )}
      {act === 'results' && (
        <FormDialog<ResultsApplied> title={t('payout_results')} submit={t('readFile')} what="payout-results" path={`/v1/payouts/results?name=${encodeURIComponent(file?.name ?? '')}`} ready={file !== undefined} body={file} onClose={close} onDone={(answer) => { setApplied(answer); done(); }}>
          <p class="dim">{t('payoutResultsMean')}</p>
          <Field label={t('file')}>{(id) => <input id={id} type="file" accept=".csv,text/csv" required onChange={(e) => setFile(e.currentTarget.files?.[0])} />}</Field>
        </FormDialog>
      )}
      {made && (
        <Dialog title={t('payout_file')} onClose={() => setMade(undefined)}>
          <p role="status">{made.rows === 0 ? t('fileEmpty') : <><code>{made.name}</code><br />{t('fileHas', count(made.rows))}</>} {made.held > 0 && t('fileHeld', count(made.held))}</p>
        </Dialog>
      )}
      {applied && <Applied answer={applied} onClose={() => setApplied(undefined)} />}
    </>
  );
}
