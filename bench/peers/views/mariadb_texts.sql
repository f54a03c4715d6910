-- Groonga's bigrams, symbols and letters too, so that a phrase of any length is a part of a word.
create table texts (
  no bigint not null primary key, requested_at bigint not null, texts varchar(300), initials varchar(300), index (requested_at),
  fulltext index by_texts (texts) comment 'tokenizer "TokenBigramSplitSymbolAlphaDigit"',
  fulltext index by_initials (initials) comment 'tokenizer "TokenBigramSplitSymbolAlphaDigit"')
  engine = mroonga default charset utf8mb4 collate utf8mb4_bin;
insert into texts select no, requested_at, texts, initials from payments order by no;
