// What the money side answers: settlement, payouts, funds, contracts, reconciliation, the journal.

export interface Amounts {
  currency: string;
  count?: number;
  lines?: number;
  failed?: number;
  gross: number;
  fee: number;
  feeVat?: number;
  net: number;
}

export interface List<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Plan {
  date: string;
  state: string;
  items: number;
  merchants: number;
  late: number;
  waiting: string[];
  totals: Amounts[];
  problems: { code: string; detail?: string; count: number }[];
}

export interface Run {
  date: string;
  state: string;
  attempt?: number;
  startedAt?: string;
  endedAt?: string;
  progress?: { done: number; total: number; lines: number; failed: number };
  totals?: Amounts[];
  before?: number;
  added?: number;
  after?: number;
  untouchedHash?: string;
  profile?: { stage: string; us: number }[];
  promoted?: string[];
}

export interface LineSummary {
  lineId: string;
  paymentId: string;
  merchantId: string;
  kind: string;
  basisDate: string;
  payoutDate: string;
  runDate?: string;
  late?: boolean;
  gross: number;
  fee: number;
  feeVat?: number;
  net: number;
  currency: string;
  payoutId?: string | null;
}

export interface Line extends LineSummary {
  feeSupply?: number;
  fees: { type: string; rule: string; base: number; ratePpm?: number; fixed?: number; amount: number }[];
  contract?: Record<string, unknown> & { version?: number };
  calculator?: string | number;
  calendar?: string;
  calendarVersion?: number;
  canary?: boolean;
  before?: string | null;
  explain: { rule: string; formula: string; value: string | number }[];
  recomputed?: boolean;
}

export interface FailedItem {
  lineId?: string;
  paymentId: string;
  merchantId: string;
  amount: number;
  currency?: string;
  code: string;
  detail?: string;
}

export interface CanaryDifference {
  canary: string;
  lineId: string;
  merchantId: string;
  feeNow: number;
  feeCandidate: number;
  vatNow: number;
  vatCandidate: number;
  currency?: string;
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
  carriedOver?: { from: string; amount: number }[];
  withheld?: number;
  released?: number;
  amount: number;
  leftOver?: number;
  state: string;
  account?: string;
  bankTraceNo?: string | null;
  paidAt?: string | null;
  failure?: string | null;
}

export interface FundsPosition {
  asOf: string;
  ratioPpm: number;
  rows: { merchantId: string; merchantName?: string; currency: string; approvedUnpaid: number; requiredAmount: number }[];
  totals: { currency: string; approvedUnpaid: number; requiredAmount: number; heldAmount: number; gap: number }[];
  held: { kind: string; institution: string; amount: number; currency?: string }[];
}

export interface FeeRule {
  name: string;
  kind: string;
  applies?: Record<string, unknown>;
  ratePpm?: number;
  amount?: number;
  steps?: { from: number; ratePpm: number }[];
  byTier?: { tier: string; cardType?: string; ratePpm: number }[];
}

export interface Contract {
  merchantId: string;
  subMallId?: string;
  currency: string;
  version: number;
  validFrom: string;
  validUntil?: string | null;
  tier?: string;
  fees: { vat: string; order: string; rounding: string; rules: FeeRule[]; onCancel?: { method?: string; fee: string }[] };
  cycle: { kind: string; basis: string; roll?: string; lagDays?: number; policy?: string; weekEnd?: string };
  calendar: string;
  keepBack?: boolean;
  payoutAccount?: string;
  knownAt?: string;
  changeId?: string;
}

export interface Calendar {
  code: string;
  name?: string;
  version: number;
  versions?: number;
  from?: string;
  until?: string;
  holidays?: { date: string; name: string }[];
  text?: string;
}

export interface Change {
  changeId: string;
  kind: string;
  status: string;
  proposedBy?: string;
  proposedAt?: string;
  decidedBy?: string | null;
  decidedAt?: string | null;
  note?: string;
}

export interface WhatIf {
  lines: { lineId?: string; paymentId?: string; merchantId: string; payoutDate: { from: string; to: string }; fee: { from: number; to: number }; net: { from: number; to: number } }[];
  payouts: { merchantId: string; date: { from: string; to: string }; net: number }[];
  counts: { lines: number; payouts: number; merchants: number };
  feeDelta: { currency: string; amount: number }[];
  truncated?: boolean;
}

export interface Break {
  fileId?: string;
  acquirer?: string;
  lineNo?: number;
  lineId?: string;
  state: string;
  reason: string;
  theirs?: Record<string, unknown> | null;
  ours?: Record<string, unknown>[];
  amountDelta?: number;
  dateDelta?: number;
  ageDays?: number;
  currency?: string;
  why?: string;
}

export interface AcquirerFile {
  fileId: string;
  name: string;
  kind: string;
  acquirer: string;
  importedAt?: string;
  rows?: number;
  matched?: number;
  breaks?: number;
}

export interface JournalEntry {
  position: string;
  eventId: string;
  type: string;
  at: string;
  day?: string;
  paymentId?: string | null;
  postings: { account: number; code?: string; name: string; nameKo?: string; currency: string; debit: number; credit: number }[];
}

export interface TrialBalance {
  asOf: string;
  isBalanced: boolean;
  currencies: {
    currency: string;
    debit: number;
    credit: number;
    accounts: { account: number; code?: string; name: string; nameKo?: string; type: string; debit: number; credit: number; balance: number }[];
  }[];
}
