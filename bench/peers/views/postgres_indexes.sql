-- Each for a question: R1 and R2, R5, R7, M2, M1, then the newest with a common word, then the rare ones of three syllables.
create index on payments (merchant, requested_at desc, id);
create index on payments (merchant, amount desc);
create unique index on payments (id);
create unique index on payments (no);
create index on movements (merchant, moved_at desc, payment_id, version);
create index on payments (requested_at desc, id);
create index on payments using gin (texts gin_trgm_ops) with (fastupdate = off);
create index on payments using gin (initials gin_trgm_ops) with (fastupdate = off);

create table merchant_day as
  select merchant, day, currency, method, status, count(*) as count, sum(gross)::bigint as gross,
         sum(canceled)::bigint as canceled
    from payments group by merchant, day, currency, method, status order by merchant, day;
create index on merchant_day (merchant, day) include (currency, method, status, count, gross, canceled);
create table organisation_month as
  select organisation, month, currency, method, status, count(*) as count, sum(gross)::bigint as gross,
         sum(canceled)::bigint as canceled
    from payments group by organisation, month, currency, method, status order by organisation, month;
create table movement_day as
  select merchant, day, currency, kind, count(*) as count, sum(amount)::bigint as amount
    from movements group by merchant, day, currency, kind order by merchant, day;
create index on movement_day (merchant, day) include (currency, kind, count, amount);
alter table payments alter texts set statistics 1000, alter initials set statistics 1000;
vacuum analyze payments;
vacuum analyze merchant_day;
vacuum analyze organisation_month;
vacuum analyze movements;
vacuum analyze movement_day;
checkpoint;
