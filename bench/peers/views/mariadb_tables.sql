create table payments (
  no bigint not null primary key, id varchar(40) not null, merchant int not null, organisation varchar(40), method varchar(20),
  issuer varchar(20), status varchar(20), channel varchar(20), currency char(3), amount bigint, gross bigint, canceled bigint,
  balance bigint, buyer varchar(100), phone varchar(30), product varchar(200), order_id varchar(100),
  requested_at bigint not null, approved_at bigint, version int, day int, texts varchar(300), initials varchar(300)) engine = innodb;
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
analyze table payments, merchant_day;
