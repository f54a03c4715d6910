-- Everything in one statement, as a database team would write it: the approval's fee, a cancel's share of it, dates, snapshot.
insert into line
select t.day, t.merchant, t.payment, t.seq, b2.day, sign * t.amount, sign * p.fee, sign * p.vat, sign * (t.amount - p.fee),
       jsonb_build_object('calculator', '1', 'contract', to_jsonb(c), 'amount', t.amount, 'card', t.card)
  from txn t
  join contract c using (merchant)
  join business_day b1 on b1.day = t.day
  join business_day b2 on b2.n = b1.n + c.lag_days
  cross join lateral (select case t.seq when 0 then 1 else -1 end sign, supply_of(t.approved, t.card, c) supply) s
  cross join lateral (select s.supply + (s.supply + 5) / 10 fee) f
  cross join lateral (select (f.fee + 5) / 11 vat) v
  cross join lateral (select (2 * f.fee * t.amount + t.approved) / (2 * t.approved) fee, (2 * v.vat * t.amount + t.approved) / (2 * t.approved) vat) p
 where t.day = :'day';
