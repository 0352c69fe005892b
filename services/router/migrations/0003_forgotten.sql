-- When a customer's text and addresses were erased from a case and the records of its decisions.

alter table cases add column forgotten_at timestamptz;
