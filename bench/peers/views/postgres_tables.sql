-- The list's columns, then what searching and totals need (views/prepare.py). Filled before it is indexed.
create extension pg_trgm;
create table payments (
  no bigint not null, id text not null, merchant int not null, organisation text, method text, issuer text, status text,
  channel text, currency text, amount bigint, gross bigint, canceled bigint, balance bigint, buyer text, phone text,
  product text, order_id text, requested_at bigint not null, approved_at bigint, version int,
  day int, month int, texts text, initials text);
create table movements (
  payment_no bigint not null, payment_id text not null, version int not null, merchant int not null, kind text, method text,
  currency text, amount bigint, moved_at bigint not null, day int);
