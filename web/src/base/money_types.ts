// What the money side answers: settlement, payouts, funds, contracts, reconciliation, the journal. Amounts are
// whole minor units; what a field means is in openapi.json.
import type { Seen } from './types';

export interface List<T> {
  items: T[];
  nextCursor: string | null;
  seen?: Seen;
}

export interface Amounts {
  currency: string;
  count?: number; // of a plan
  lines?: number; // of a run
  failed?: number;
  gross: number;
  fee: number;
  feeVat?: number;
  net: number;
}

/** What stands in the way of a plan or of payouts. */
export interface Trouble {
  code: string;
  detail: string;
  count: number;
}

export interface Plan {
  date: string;
  state: string;
  items: number;
  merchants: number;
  late: number;
  waiting: number; // items of earlier days that never ran
  undated: number;
  totals: Amounts[];
  problems: Trouble[];
}

export interface Run {
  date: string;
  state: string;
  error?: string;
  startedBy?: string; // while it is under way
  attempt?: number;
  startedAt?: string;
  resumed?: boolean;
  calculator?: string;
  progress: { stage?: string; done: number; total: number; lines: number; failed: number };
  totals?: Amounts[];
  before?: Amounts[]; // of a run that ended: lines that stood before it, that it added, that stand now
  added?: Amounts[];
  after?: Amounts[];
  untouchedHash?: string;
  profile?: { stage: string; us: number }[];
  wallUs?: number; // what the newest attempt took
  promoted?: string[];
  seen?: Seen;
}

export interface LineSummary {
  lineId: string;
  paymentId: string;
  kind: string;
  merchantId?: string;
  merchantName?: string;
  basisDate?: string;
  payoutDate?: string; // absent: its calendar doesn't reach so far
  runDate?: string;
  gross: number;
  fee: number;
  feeVat: number;
  net: number;
  currency: string;
  payoutId?: string;
}

export interface Line extends LineSummary {
  orderId?: string;
  method?: string;
  issuer?: string;
  months?: number;
  interestPayer?: string;
  amount: number;
  at?: string;
  late: boolean;
  feeSupply: number;
  fees: { type: string; rule?: string; base?: number; ratePpm?: number; fixed?: number; amount: number }[];
  contract: Contract;
  calculator: string;
  calendar: string;
  calendarVersion: number;
  canary?: string;
  before?: { amount: number; amountLeft: number; onCancel: string };
  explain: { rule: string; formula: string; value: number }[];
  recomputed: boolean;
  whyNotRecomputed?: string;
}

export interface FailedItem {
  lineId: string;
  paymentId: string;
  merchantId?: string;
  merchantName?: string;
  kind: string;
  amount: number;
  currency?: string;
  code: string;
  detail: string;
}

export interface CanaryDifference {
  canary: string;
  lineId: string;
  merchantId?: string;
  merchantName?: string;
  currency?: string;
  feeNow: number;
  feeCandidate: number;
  vatNow: number;
  vatCandidate: number;
  detail?: string;
}

export interface Payout {
  payoutId: string;
  merchantId: string;
  merchantName?: string;
  date: string;
  currency: string;
  lines: number;
  linesNet: number;
  carriedOver: { from: string; amount: number }[]; // of another payout
  withheld: number;
  released: number;
  amount: number;
  leftOver: number;
  state: string;
  account?: string;
  file?: string;
  bankTraceNo?: string;
  paidAt?: string;
  failure?: string;
  dispute?: { bankSays: string; bankTraceNo?: string; at?: string; failure?: string; file?: string; since: string }; // otherwise than state
}

export interface PayoutReport {
  date: string;
  requested: number;
  carried: number;
  held: number;
  already: number;
  waiting: number;
  closed: number;
  totals: { currency: string; count: number; amount: number }[];
  problems: Trouble[];
}

export interface ResultsApplied {
  applied: number;
  already: number;
  refused: { line: number; why: string }[];
}

export interface FundsPosition {
  asOf: string;
  knownAt?: string; // of a server that keeps past days
  ratioPpm: number;
  ratioSource?: string;
  rows: { merchantId: string; merchantName?: string; currency: string; approvedUnpaid: number; requiredAmount: number; heldOwn: number; heldShare: number; heldAmount: number; gap: number }[];
  totals: { currency: string; approvedUnpaid: number; countedAmount: number; requiredAmount: number; heldAmount: number; gap: number }[];
  held: { date: string; kind: string; institution: string; currency: string; amount: number; merchantId?: string; merchantName?: string }[];
}

export interface FeeRule {
  name: string;
  kind: string;
  applies?: { method?: string; issuer?: string; cardType?: string; monthsMin?: number; monthsMax?: number };
  ratePpm?: number;
  amount?: number;
  steps?: { from: number; ratePpm: number }[];
  byTier?: { tier: string; cardType?: string; ratePpm: number }[];
}

export interface Cycle {
  kind: string;
  basis: string;
  roll: string;
  lagDays: number;
  policy: string;
  weekEnd: number;
}

/** Terms of a contract for one method, or one issuer of it. */
interface OfMethod {
  name: string;
  method: string;
  issuer?: string;
}

export interface Contract {
  merchantId: string;
  subMall?: string;
  currency: string;
  version: number;
  validFrom: string;
  validUntil?: string;
  tier: string;
  businessNumber?: string;
  fees: { vat: string; order: string; rounding: string; rules: FeeRule[]; onCancel?: { method?: string; fee: string }[]; byMethod?: (OfMethod & { vat?: string; order?: string; rounding?: string })[] };
  cycle: Cycle;
  cycleByMethod?: (OfMethod & { cycle: Cycle })[];
  calendar: string;
  keepBack?: number;
  payoutAccount?: string;
  knownAt?: string;
  changeId?: string;
}

export interface CalendarHead {
  code: string;
  version: number;
  source?: string;
  from: string;
  until: string;
  days: number;
  knownAt: string;
}

export interface Calendar extends CalendarHead {
  closed: { date: string; kind: string; name?: string }[];
  text: string;
}

export interface CalendarDifference {
  date: string;
  kind: string;
  name: string;
  added: boolean;
}

export interface Hold {
  merchantId: string;
  placed: boolean;
  from: string;
  reason?: string;
  knownAt: string;
  changeId: string;
}

export interface Change {
  changeId: string;
  kind: string;
  status: string;
  proposedBy?: string;
  proposedAt?: string;
  decidedBy?: string;
  decidedAt?: string;
  decisionNote?: string;
  note?: string;
  contract?: Contract;
  calendar?: CalendarHead;
  hold?: Omit<Hold, 'knownAt' | 'changeId'>;
  fundsRatio?: { validFrom: string; ratioPpm: number };
  fundsHeld?: { date: string; kind: string; institution: string; currency: string; amount: number };
  canary?: Canary;
}

/** Other fee terms, tried out beside the contracts'. */
export interface Canary {
  name: string;
  merchantIds?: string[]; // absent: every one, as with the next two
  method?: string;
  businessNumber?: string;
  currency: string;
  candidate: Contract['fees'];
  cleanDays?: number;
  stopped?: boolean;
  promoteAll?: boolean;
}

export interface CanaryNow extends Canary {
  state: string;
  merchants: number; // with a run of theirs
  promoted: number;
  alike: number;
  different: number;
}

export interface CanaryMerchant {
  merchantId?: string;
  merchantName?: string;
  cleanDays: number; // in a row
  cleanDaysNeeded: number;
  alike: number;
  different: number;
  differedOn?: string;
  promoted: boolean;
}

export interface AdjustmentReport {
  merchants: number;
  approvals: number;
  lines: number;
  feeDelta: { currency: string; amount: number }[];
  failed: number;
  firstFailure?: string;
  byCanary: { canary: string; approvals: number }[];
  items: { lineId: string; paymentId: string; currency: string; basisDate?: string; payoutDate?: string; feeBefore: number; fee: number; net: number }[];
}

interface Moved<T> {
  from?: T;
  to?: T;
}

export interface MovedLine {
  lineId: string;
  paymentId: string;
  merchantId: string;
  currency: string;
  by: string;
  payoutDate: Moved<string>;
  fee: Moved<number>;
  net: Moved<number>;
  fails?: boolean;
}

export interface MovedPayout {
  merchantId: string;
  currency: string;
  payoutId?: string;
  date: Moved<string>;
  net: number;
  next?: { amount: { from: number; to: number }; account: Moved<string> }; // of the payout that stays on its day
}

export interface MoveFailure {
  lineId: string;
  paymentId: string;
  merchantId: string;
  currency: string;
  by: string;
  reason: string;
}

export interface WhatIf {
  lines: MovedLine[];
  payouts: MovedPayout[];
  failures: MoveFailure[];
  counts: { lines: number; payouts: number; failures: number; merchants: number };
  feeDelta: { currency: string; amount: number }[];
  nextLinesCursor: string | null;
  nextPayoutsCursor: string | null;
  nextFailuresCursor: string | null;
}

export interface Break {
  fileId: string;
  acquirer: string;
  currency: string;
  lineNo?: number; // absent: only ours
  ours: string[]; // ids of lines
  state: string;
  reason: string;
  theirs?: { lineNo: number; theirKey?: string; cardTail?: string; amount: number; fee: number; date?: string; paidOn?: string };
  amountDelta?: number; // theirs less ours
  dateDelta?: number;
  why?: string;
  since: string;
  ageDays: number;
}

export interface AcquirerFile {
  fileId: string;
  name: string;
  kind: string;
  acquirer: string;
  importedAt?: string;
  rows: number;
  currency: string;
  matched: number;
  breaks: number;
  withinTolerance: number; // of matched: rows whose amount isn't ours ...
  difference: number; // ... and what they come to, theirs less ours
}

export interface JournalEntry {
  position: string;
  eventId: string;
  type: string;
  at: string;
  day: string;
  paymentId: string | null;
  postings: { account: number; name: string; nameKo?: string; currency: string; debit: number; credit: number }[];
}

export interface TrialBalance {
  asOf?: string;
  isBalanced: boolean;
  currencies: {
    currency: string;
    debit: number;
    credit: number;
    accounts: { account: number; name: string; nameKo?: string; type: string; debit: number; credit: number; balance: number }[];
  }[];
  seen?: Seen;
}
