-- What a decision rests on, so that it can be made again byte for byte. The inputs stand once, in
-- cases, and are only ever added; a decision says how much of them it knew.

alter table cases add column learned bytea;    -- the ordinary lane's word once facts were learned

alter table decisions add column basis jsonb;  -- which input arrived, how much was known, the code
alter table decisions add column seal text;    -- SHA-256 over all inputs of the decision
