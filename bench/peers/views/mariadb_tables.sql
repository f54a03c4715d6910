create table payments (
  no bigint not null primary key, id varchar(40) not null, merchant int not null, organisation varchar(40), method varchar(20),
  issuer varchar(20), status varchar(20), channel varchar(20), currency char(3), amount bigint, gross bigint, canceled bigint,
  balance bigint, buyer varchar(100), phone varchar(30), product varchar(200), order_id varchar(100),
  requested_at bigint not null, approved_at bigint, version int, day int, month int, texts varchar(300), initials varchar(300)) engine = innodb;
set unique_checks = 0;
load data local infile '@DATA@/load.tsv' into table payments character set utf8mb4 fields terminated by '\t' escaped by '';
alter table payments
  add unique index (id), add index (merchant, requested_at desc, id), add index (merchant, amount desc),
  add index (requested_at desc, id);
create table merchant_day (
  merchant int, day int, currency char(3), method varchar(20), status varchar(20), count bigint, gross bigint, canceled bigint,
  primary key (merchant, day, currency, method, status)) engine = innodb
  as select merchant, day, currency, method, status, count(*) count, sum(gross) gross, sum(canceled) canceled
       from payments group by merchant, day, currency, method, status;
create table movements (
  payment_no bigint not null, payment_id varchar(40) not null, version int not null, merchant int not null, kind varchar(20),
  method varchar(20), currency char(3), amount bigint, moved_at bigint not null, day int,
  primary key (payment_no, version)) engine = innodb;
load data local infile '@DATA@/movements.tsv' into table movements character set utf8mb4 fields terminated by '\t' escaped by '';
alter table movements add index (merchant, moved_at desc, payment_id, version);
create table organisation_month (
  organisation varchar(40), month int, currency char(3), method varchar(20), status varchar(20), count bigint, gross bigint,
  canceled bigint, primary key (organisation, month, currency, method, status)) engine = innodb
  as select organisation, month, currency, method, status, count(*) count, sum(gross) gross, sum(canceled) canceled
       from payments group by organisation, month, currency, method, status;
create table movement_day (
  merchant int, day int, currency char(3), kind varchar(20), count bigint, amount bigint,
  primary key (merchant, day, currency, kind)) engine = innodb
  as select merchant, day, currency, kind, count(*) count, sum(amount) amount
       from movements group by merchant, day, currency, kind;
analyze table payments, merchant_day, movements, organisation_month, movement_day;
