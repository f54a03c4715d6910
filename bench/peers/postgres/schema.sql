-- The ledger's four rows on PostgreSQL 15. Insert-only, no foreign keys and only the indexes the work needs: both
-- choices favour PostgreSQL. Wide columns first, so that no row carries alignment padding.

create table merchant (id integer primary key, name text not null);

create table payment (
  total bigint not null,
  supply bigint not null,
  vat bigint not null,
  tax_free bigint not null,
  tax_exempt bigint not null,
  created timestamptz not null,
  merchant integer not null,
  status smallint not null,
  id uuid not null,
  currency text not null,
  order_id text not null,
  order_name text not null,
  primary key (id),
  unique (merchant, order_id)
);

create table approval (
  amount bigint not null,
  supply bigint not null,
  vat bigint not null,
  tax_free bigint not null,
  tax_exempt bigint not null,
  approved_at timestamptz not null,
  seq smallint not null,
  method smallint not null,
  id uuid not null,
  payment uuid not null,
  issuer text not null,
  approve_no text not null,
  primary key (payment, seq)
);

create table outbox (position bigint generated always as identity primary key, payload text not null);

create table idempotency (
  tenant integer not null,
  status smallint not null,
  key text not null,
  fingerprint text not null,
  reply text not null,
  primary key (tenant, key)
);

insert into merchant select n, 'merchant ' || n from generate_series(1, 10000) n;

-- 48 bits of milliseconds, then randomness: new rows go to the right edge of the index.
create function time_ordered_id(at timestamptz) returns uuid language sql volatile as $$
  select (lpad(to_hex((date_part('epoch', at) * 1000)::bigint), 12, '0') ||
          substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid
$$;

-- What the API answers and keeps for a retry: about 600 bytes.
create function reply_text(payment uuid, merchant integer, order_id text, order_name text, total bigint, supply bigint,
                           vat bigint, tax_free bigint, at timestamptz, approval uuid, issuer text, approve_no text)
returns text language sql stable as $$
  select format('{"payment":{"id":"pay_%1$s","merchant":"mer_%2$s","order_id":"%3$s","order_name":"%4$s",'
                '"currency":"KRW","total":%5$s,"supply":%6$s,"vat":%7$s,"tax_free":%8$s,"tax_exempt":0,'
                '"cancelled":0,"status":"done","created_at":"%9$s"},"approvals":[{"id":"apr_%10$s","seq":1,'
                '"method":"card","issuer":"%11$s","approve_no":"%12$s","amount":%5$s,"supply":%6$s,"vat":%7$s,'
                '"tax_free":%8$s,"tax_exempt":0,"card":"4330-12**-****-1234","approved_at":"%9$s"}]}',
                payment, merchant, order_id, order_name, total, supply, vat, tax_free, at, approval, issuer, approve_no)
$$;

-- The event for the feed, self-contained: about 500 bytes.
create function event_text(key text, payment uuid, merchant integer, order_id text, order_name text, total bigint,
                           supply bigint, vat bigint, tax_free bigint, at timestamptz, approval uuid, issuer text,
                           approve_no text)
returns text language sql stable as $$
  select format('{"type":"payment.done","key":"%1$s","payment":"pay_%2$s","merchant":"mer_%3$s","order_id":"%4$s",'
                '"order_name":"%5$s","currency":"KRW","total":%6$s,"supply":%7$s,"vat":%8$s,"tax_free":%9$s,'
                '"tax_exempt":0,"at":"%10$s","approval":{"id":"apr_%11$s","seq":1,"method":"card","issuer":"%12$s",'
                '"approve_no":"%13$s","amount":%6$s,"card":"4330-12**-****-1234"},"source":"ledger/b0","version":1}',
                key, payment, merchant, order_id, order_name, total, supply, vat, tax_free, at, approval, issuer,
                approve_no)
$$;

-- One payment with its approval: four rows in the caller's transaction, or the stored reply of the first time. The key's
-- insert is the look-up: it meets an existing row without writing, and of two first times at once one waits for the
-- other's commit and then gets the stored reply.
create function book_payment(p_tenant integer, p_key text, p_fingerprint text, p_order_id text, p_order_name text,
                             p_total bigint, p_issuer text, p_approve_no text)
returns text language plpgsql as $$
declare
  v_at timestamptz := clock_timestamp();
  v_payment uuid := time_ordered_id(v_at);
  v_approval uuid := time_ordered_id(v_at);
  v_tax_free bigint := p_total / 10;
  v_vat bigint := (p_total - v_tax_free) / 11;
  v_supply bigint := p_total - v_tax_free - v_vat;
  v_reply text := reply_text(v_payment, p_tenant, p_order_id, p_order_name, p_total, v_supply, v_vat, v_tax_free, v_at,
                             v_approval, p_issuer, p_approve_no);
  v_fingerprint text;
begin
  insert into idempotency (tenant, key, fingerprint, status, reply)
    values (p_tenant, p_key, p_fingerprint, 201, v_reply) on conflict do nothing;
  if not found then
    select fingerprint, reply into v_fingerprint, v_reply from idempotency where tenant = p_tenant and key = p_key;
    if v_fingerprint = p_fingerprint then return v_reply; end if;
    return '{"code":"key_reused","status":422}';
  end if;
  insert into payment (id, merchant, order_id, order_name, currency, total, supply, vat, tax_free, tax_exempt, status, created)
    values (v_payment, p_tenant, p_order_id, p_order_name, 'KRW', p_total, v_supply, v_vat, v_tax_free, 0, 1, v_at);
  insert into approval (id, payment, seq, method, issuer, approve_no, amount, supply, vat, tax_free, tax_exempt, approved_at)
    values (v_approval, v_payment, 1, 1, p_issuer, p_approve_no, p_total, v_supply, v_vat, v_tax_free, 0, v_at);
  insert into outbox (payload)
    values (event_text(p_key, v_payment, p_tenant, p_order_id, p_order_name, p_total, v_supply, v_vat, v_tax_free, v_at,
                       v_approval, p_issuer, p_approve_no));
  return v_reply;
end
$$;

-- Set-based load of `p_count` payments, the `p_from`-th first, in the shape book_payment() would have left.
create procedure prefill(p_from bigint, p_count bigint) language sql as $$
  with fresh as materialized (
    select n, 'idem-' || (1000000000 + (random() * 8e9)::bigint) || lpad(floor(random() * 1e9)::text, 9, '0') as key,
           (1 + random() * 9999)::integer as merchant, (1 + random() * 99999)::bigint * 10 as total,
           timestamptz '2026-01-01 00:00:00+09' + n * interval '20 milliseconds' as at
      from generate_series(p_from, p_from + p_count - 1) n
  ), taxed as (select *, total / 10 as tax_free, (total - total / 10) / 11 as vat from fresh
  ), rows as materialized (
    select *, total - tax_free - vat as supply, time_ordered_id(at) as payment, time_ordered_id(at) as approval,
           'ord-' || substr(key, 6) as order_id, 'one box of mandarins 3 kg' as order_name, 'issuer-11' as issuer,
           (10000000 + random() * 89999999)::bigint::text as approve_no
      from taxed
  ), keys as (
    insert into idempotency (tenant, key, fingerprint, status, reply)
      select merchant, key, md5(key), 201, reply_text(payment, merchant, order_id, order_name, total, supply, vat,
                                                      tax_free, at, approval, issuer, approve_no) from rows
  ), payments as (
    insert into payment (id, merchant, order_id, order_name, currency, total, supply, vat, tax_free, tax_exempt, status,
                         created)
      select payment, merchant, order_id, order_name, 'KRW', total, supply, vat, tax_free, 0, 1, at from rows
  ), approvals as (
    insert into approval (id, payment, seq, method, issuer, approve_no, amount, supply, vat, tax_free, tax_exempt,
                          approved_at)
      select approval, payment, 1, 1, issuer, approve_no, total, supply, vat, tax_free, 0, at from rows
  )
  insert into outbox (payload)
    select event_text(key, payment, merchant, order_id, order_name, total, supply, vat, tax_free, at, approval, issuer,
                      approve_no) from rows order by n
$$;
