-- The same day on PostgreSQL: transactions and contracts, lines with a snapshot of the terms, the business days of March 2026.
create table txn (payment bigint, seq int, merchant int, day date, card text, amount bigint, approved bigint,
                  primary key (day, merchant, payment, seq));
create table contract (merchant int primary key, credit_ppm bigint, check_ppm bigint, fixed bigint, minimum bigint, lag_days int);
create table business_day (n int primary key, day date unique);
insert into business_day
  select row_number() over (order by d), d::date from generate_series(date '2026-03-01', date '2026-04-30', '1 day') d
   where extract(isodow from d) < 6 and d::date not in (date '2026-03-02');  -- 1 March falls on a Sunday: its substitute
create table line (run date, merchant int, payment bigint, seq int, payout date, gross bigint, fee bigint, fee_vat bigint, net bigint,
                   snapshot jsonb, primary key (run, merchant, payment, seq));
-- The fee of an approved amount under a contract, in won, with VAT: supply rounded half up, then a tenth of it.
create function supply_of(amount bigint, card text, c contract) returns bigint immutable language sql as $$
  select greatest((amount * case card when 'CHECK' then c.check_ppm else c.credit_ppm end + c.fixed * 1000000 + 500000) / 1000000, c.minimum) $$;
