// What the API answers, as far as the screens read it; the whole of it is openapi.json.

import type { LineSummary, Payout } from './money_types';

export interface Seen {
  position: string;
  lagEvents: number;
  stopped: boolean;
}

export interface TaxParts {
  suppliedAmount?: number;
  vat?: number;
  taxFreeAmount?: number;
  taxExemptionAmount?: number;
}

export interface PaymentItem {
  id: string;
  merchantId: string;
  merchantCode?: string;
  orderId: string;
  orderName?: string;
  buyerName?: string;
  status: string;
  method?: string;
  issuer?: string;
  approveNo?: string;
  cardBin?: string;
  cardLast4?: string;
  channel?: string;
  currency: string;
  totalAmount: number;
  balanceAmount: number;
  grossAmount?: number;
  canceledAmount?: number;
  requestedAt: string;
  businessDate: string;
  approvedAt?: string;
  updatedAt?: string;
  inDoubt?: boolean;
  version: number;
}

export interface SearchHit extends PaymentItem {
  matched: string[];
  possible: boolean;
}

export interface Sums {
  currency: string;
  count: number;
  grossAmount: number;
  canceledAmount: number;
  netAmount: number;
}

export interface Page {
  hasMore: boolean;
  nextCursor?: string;
}

export interface PaymentPage extends Page {
  payments: PaymentItem[];
  period: { from: string; until: string };
  totals?: Sums[] | null;
  totalsRefused?: { what: string; ceiling: number };
  seen: Seen;
}

export interface SearchPage extends Page {
  payments: SearchHit[];
  payouts?: Payout[]; // of a payout's id, or a settlement line's
  settlementLines?: LineSummary[];
  period: { from: string; until: string };
  seen: Seen;
}

export interface Pursuit {
  attempts?: number;
  nextAttemptAt?: string;
  gaveUp?: boolean;
}

export interface Card {
  issuerCode?: string;
  acquirerCode?: string;
  bin?: string;
  last4?: string;
  cardType?: string;
  installmentMonths?: number;
  isInterestFree?: boolean;
}

export interface Approval extends TaxParts {
  approvalId: string;
  seq: number;
  method: string;
  card?: Card;
  virtualAccount?: { bankCode?: string; holder?: string; depositor?: string; dueAt?: string };
  transfer?: { bankCode?: string };
  mobilePhone?: { carrier?: string; billingMonth?: string };
  giftCertificate?: { kind: string };
  easyPay?: { provider: string; fundedBy?: string; discountAmount?: number; card?: Card };
  amount: number;
  provider?: string;
  van?: string;
  state: string;
  result: string;
  approveNo?: string;
  requestedAt?: string;
  approvedAt?: string;
  failureCode?: string;
  failureMessage?: string;
  cancellableAmount: number;
  acquireStatus?: string;
  acquiredAt?: string;
  depositedAt?: string;
  depositedAmount?: number;
  pursuit?: Pursuit;
}

export interface Cancel extends TaxParts {
  cancelId: string;
  approvalId: string;
  kind: string;
  amount: number;
  requester?: string;
  status: string;
  reason?: string;
  requestedAt?: string;
  canceledAt?: string;
  balanceAfter?: number;
  failureCode?: string;
  failureMessage?: string;
  pursuit?: Pursuit;
}

export interface Payment extends Required<TaxParts> {
  id: string;
  merchantId: string;
  orderId: string;
  orderName?: string;
  status: string;
  currency: string;
  totalAmount: number;
  balanceAmount: number;
  cancellableAmount?: number;
  balance?: { amount: number } & TaxParts;
  type?: string;
  channel?: string;
  storeId?: string;
  subMallId?: string;
  isPartialCancelable?: boolean;
  customerKey?: string;
  buyer?: { name?: string; phone?: string; email?: string };
  metadata?: Record<string, string>;
  requestedAt?: string;
  expiresAt?: string;
  external?: { pgName?: string; paymentKey?: string; transactionKey?: string };
  createdAt?: string;
  updatedAt?: string;
  approvedAt?: string;
  inDoubt: boolean;
  version: number;
  incidents?: number;
  approvals: Approval[];
  cancels: Cancel[];
}

export interface LifeStep {
  type: string;
  version: number;
  eventId: string;
  position: string;
  occurredAt?: string;
  recordedAt: string;
  amount?: number;
  approvalId?: string;
  cancelId?: string;
  actor: { kind: string; id?: string };
  reason?: string;
  status: string;
  balanceAmount?: number;
}

export interface Lifecycle {
  payment: Payment;
  steps: LifeStep[];
  seen: Seen;
}

export interface LedgerEvent {
  id: string;
  type: string;
  subject: string;
  time: string;
  sequence?: string;
  recordedtime?: string;
  data: Record<string, unknown> & {
    actor?: { kind?: string; id?: string };
    merchantId?: string;
    paymentId?: string;
    orderId?: string;
    currency?: string;
    status?: string;
    amount?: number;
    totalAmount?: number;
    reason?: string;
    evidence?: string;
    question?: string;
    answer?: string;
    attempt?: number;
    askedAt?: string;
    result?: string;
    failureCode?: string;
    failureMessage?: string;
    code?: string;
    detail?: string;
    why?: string;
  };
}

export interface EventPage extends Page {
  events: LedgerEvent[];
}

export interface Merchant {
  id: string;
  code?: string;
  name?: string;
  organisation?: string;
  status: string;
  createdAt?: string;
}

export interface SalesToday {
  businessDate: string;
  totals: Sums[];
  hours: (Sums & { hour: string })[];
  minutes?: (Sums & { minute: string })[];
  seen: Seen;
}

export interface Cube {
  name: string;
  source: 'payments' | 'transactions';
  key: 'none' | 'merchant' | 'organisation';
  grain: string;
  dimensions: string[];
  percentiles: boolean;
  history: boolean;
}

export interface TotalsRow extends Sums {
  bucket?: string;
  merchantId?: string;
  merchantCode?: string;
  organisation?: string;
  method?: string;
  status?: string;
  kind?: string;
  channel?: string;
  issuer?: string;
  amount: number;
  averageAmount?: string;
  deviationAmount?: string;
}

export interface Totals {
  cube: string;
  period: { from: string; until: string };
  asOf?: string;
  difference?: boolean;
  rows: TotalsRow[];
  seen: Seen;
}

export interface View {
  name: string;
  version: string;
  state: string;
  generation: number;
  position: string;
  lagEvents: number;
  lagMs?: number;
  quarantined: number;
  events?: number;
  errors?: number;
  lastError?: string;
  stoppedBecause?: string;
  rebuilds?: number;
  differences?: number;
  rebuild?: { phase: string; events: number; eventsTotal: number; keysCompared?: number };
  lastRebuild?: { generation: number; events: number; equal: boolean; notCompared?: string; differed: boolean };
}

export interface ApiKey {
  id: string;
  secret?: string;
  merchantId?: string;
  scopes?: string[];
  label?: string;
  status: string;
  createdAt?: string;
  createdBy?: string;
  expiresAt?: string;
}
