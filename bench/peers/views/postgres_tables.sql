-- The list's columns, then what searching and totals need (views/prepare.py). Filled before it is indexed.
create extension pg_trgm;
create table payments (
  no bigint not null, id text not null, merchant int not null, organisation text, method text, issuer text, status text,
  channel text, currency text, amount bigint, gross bigint, canceled bigint, balance bigint, buyer text, phone text,
  product text, order_id text, requested_at bigint not null, approved_at bigint, version int,
  day int, texts text, initials text);
