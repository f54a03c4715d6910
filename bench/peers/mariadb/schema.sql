-- The ledger's four rows on MariaDB 10.11. Insert-only, no foreign keys and only the indexes the work needs: both
-- choices favour MariaDB. Times are microseconds, ids 16 bytes that begin with the time, so that InnoDB appends.

create table merchant (id int unsigned primary key, name varchar(64) not null) engine=innodb;

create table payment (
  id binary(16) not null primary key,
  merchant int unsigned not null,
  order_id varchar(64) not null,
  order_name varchar(100) not null,
  currency char(3) not null,
  total bigint not null,
  supply bigint not null,
  vat bigint not null,
  tax_free bigint not null,
  tax_exempt bigint not null,
  status tinyint not null,
  created datetime(6) not null,
  unique (merchant, order_id)
) engine=innodb;

create table approval (
  id binary(16) not null,
  payment binary(16) not null,
  seq smallint not null,
  method tinyint not null,
  issuer varchar(16) not null,
  approve_no varchar(16) not null,
  amount bigint not null,
  supply bigint not null,
  vat bigint not null,
  tax_free bigint not null,
  tax_exempt bigint not null,
  approved_at datetime(6) not null,
  primary key (payment, seq)
) engine=innodb;

create table outbox (position bigint unsigned not null auto_increment primary key, payload text not null) engine=innodb;

create table idempotency (
  tenant int unsigned not null,
  `key` varchar(64) not null,
  fingerprint varchar(64) not null,
  status smallint not null,
  reply text not null,
  primary key (tenant, `key`)
) engine=innodb;

insert into merchant select seq, concat('merchant ', seq) from seq_1_to_10000;

delimiter //

-- One payment with its approval: four rows in one transaction, or the stored reply of the first time. A function, not a
-- procedure: `select book_payment(...)` is one statement, under autocommit one transaction, answered with one result.
-- The texts are written out: a call of a stored function costs 8-15 us here, an expression under 1 us.
-- Two first times at once: one waits for the other's commit on the primary key, then gets the stored reply.
create function book_payment(p_tenant int, p_key varchar(64), p_fingerprint varchar(64), p_order_id varchar(64),
                             p_order_name varchar(100), p_total bigint, p_issuer varchar(16), p_approve_no varchar(16))
  returns varchar(1000) not deterministic modifies sql data
begin
  declare v_at datetime(6) default sysdate(6);
  -- 48 bits of milliseconds, then randomness: new rows go to the right edge of the index.
  declare v_prefix binary(6) default unhex(lpad(hex(floor(unix_timestamp(v_at) * 1000)), 12, '0'));
  declare v_payment binary(16) default concat(v_prefix, random_bytes(10));
  declare v_approval binary(16) default concat(v_prefix, random_bytes(10));
  declare v_tax_free bigint default p_total div 10;
  declare v_vat bigint default (p_total - v_tax_free) div 11;
  declare v_supply bigint default p_total - v_tax_free - v_vat;
  declare v_reply varchar(1000);
  declare v_fingerprint varchar(64);
  declare taken bool default false;
  begin
    declare continue handler for 1062 set taken = true;
    set v_reply = concat(
      '{"payment":{"id":"pay_', hex(v_payment), '","merchant":"mer_', p_tenant, '","order_id":"', p_order_id,
      '","order_name":"', p_order_name, '","currency":"KRW","total":', p_total, ',"supply":', v_supply, ',"vat":', v_vat,
      ',"tax_free":', v_tax_free, ',"tax_exempt":0,"cancelled":0,"status":"done","created_at":"', v_at,
      '"},"approvals":[{"id":"apr_', hex(v_approval), '","seq":1,"method":"card","issuer":"', p_issuer,
      '","approve_no":"', p_approve_no, '","amount":', p_total, ',"supply":', v_supply, ',"vat":', v_vat,
      ',"tax_free":', v_tax_free, ',"tax_exempt":0,"card":"4330-12**-****-1234","approved_at":"', v_at, '"}]}');
    insert into idempotency values (p_tenant, p_key, p_fingerprint, 201, v_reply);
  end;
  if taken then
    -- A locking read: it sees the latest committed row, also one younger than this transaction's snapshot.
    select fingerprint, reply into v_fingerprint, v_reply from idempotency
      where tenant = p_tenant and `key` = p_key lock in share mode;
    if v_fingerprint = p_fingerprint then return v_reply; end if;
    return '{"code":"key_reused","status":422}';
  end if;
  insert into payment values (v_payment, p_tenant, p_order_id, p_order_name, 'KRW', p_total, v_supply, v_vat, v_tax_free, 0,
                              1, v_at);
  insert into approval values (v_approval, v_payment, 1, 1, p_issuer, p_approve_no, p_total, v_supply, v_vat, v_tax_free, 0,
                               v_at);
  insert into outbox (payload) values (concat(
    '{"type":"payment.done","key":"', p_key, '","payment":"pay_', hex(v_payment), '","merchant":"mer_', p_tenant,
    '","order_id":"', p_order_id, '","order_name":"', p_order_name, '","currency":"KRW","total":', p_total,
    ',"supply":', v_supply, ',"vat":', v_vat, ',"tax_free":', v_tax_free, ',"tax_exempt":0,"at":"', v_at,
    '","approval":{"id":"apr_', hex(v_approval), '","seq":1,"method":"card","issuer":"', p_issuer,
    '","approve_no":"', p_approve_no, '","amount":', p_total, ',"card":"4330-12**-****-1234"},',
    '"source":"ledger/b0","version":1}'));
  return v_reply;
end//

-- Set-based load of `p_count` payments, the `p_from`-th first, in the shape book_payment() would have left.
create procedure prefill(p_from bigint, p_count bigint)
begin
  create temporary table fresh (n bigint primary key, k varchar(64), merchant int, total bigint, supply bigint, vat bigint,
                                tax_free bigint, at datetime(6), payment binary(16), approval binary(16),
                                order_id varchar(64), approve_no varchar(16)) engine=myisam;
  insert into fresh (n, k, merchant, total, at, approve_no)
    select p_from + seq - 1, concat('idem-', 1 + floor(rand() * 8), lpad(floor(rand() * 1e9), 9, '0'), lpad(floor(rand() * 1e9), 9, '0')),
           1 + floor(rand() * 9999), (1 + floor(rand() * 99999)) * 10,
           timestamp'2026-01-01 00:00:00' + interval (p_from + seq) * 20000 microsecond, 10000000 + floor(rand() * 89999999)
      from seq_1_to_500000 where seq <= p_count;
  update fresh set tax_free = total div 10, vat = (total - total div 10) div 11, supply = total - tax_free - vat,
                   payment = concat(unhex(lpad(hex(floor(unix_timestamp(at) * 1000)), 12, '0')), random_bytes(10)),
                   approval = concat(substr(payment, 1, 6), random_bytes(10)), order_id = concat('ord-', substr(k, 6));
  start transaction;
  insert into idempotency
    select merchant, k, md5(k), 201,
           concat('{"payment":{"id":"pay_', hex(payment), '","merchant":"mer_', merchant, '","order_id":"', order_id,
                  '","order_name":"one box of mandarins 3 kg","currency":"KRW","total":', total,
                  ',"supply":', supply, ',"vat":', vat, ',"tax_free":', tax_free,
                  ',"tax_exempt":0,"cancelled":0,"status":"done","created_at":"', at,
                  '"},"approvals":[{"id":"apr_', hex(approval), '","seq":1,"method":"card","issuer":"issuer-11",',
                  '"approve_no":"', approve_no, '","amount":', total, ',"supply":', supply,
                  ',"vat":', vat, ',"tax_free":', tax_free, ',"tax_exempt":0,"card":"4330-12**-****-1234","approved_at":"', at, '"}]}')
      from fresh order by merchant, k;
  insert into payment select payment, merchant, order_id, 'one box of mandarins 3 kg', 'KRW', total, supply, vat, tax_free, 0,
                             1, at from fresh order by n;
  insert into approval select approval, payment, 1, 1, 'issuer-11', approve_no, total, supply, vat, tax_free, 0, at
    from fresh order by n;
  insert into outbox (payload)
    select concat('{"type":"payment.done","key":"', k, '","payment":"pay_', hex(payment), '","merchant":"mer_', merchant,
                  '","order_id":"', order_id, '","order_name":"one box of mandarins 3 kg","currency":"KRW","total":', total,
                  ',"supply":', supply, ',"vat":', vat, ',"tax_free":', tax_free, ',"tax_exempt":0,"at":"', at,
                  '","approval":{"id":"apr_', hex(approval), '","seq":1,"method":"card","issuer":"issuer-11",',
                  '"approve_no":"', approve_no, '","amount":', total, ',"card":"4330-12**-****-1234"},',
                  '"source":"ledger/b0","version":1}')
      from fresh order by n;
  commit;
  drop temporary table fresh;
end//
