-- What the router knows of each ticket, and every decision that it made on it.

create table cases (
    ticket_id      uuid primary key,
    base_id        uuid not null,            -- the id that the 202 gave; differs for conflicts
    fingerprint    text,                     -- null while only a person has spoken of the ticket
    conflicts_with uuid,
    assessed       bytea,                    -- the ordinary lane's input, as it arrived
    suspected      bytea,                    -- the first finding of screen or model, as it arrived
    corrections    jsonb not null default '[]'
) partition by hash (ticket_id);

create table decisions (
    ticket_id    uuid not null,
    revision     integer not null,
    queue        text not null,
    rank         smallint not null,
    cause        text not null,
    message_id   text not null,
    supersedes   text,
    live         boolean not null,
    record       bytea not null,             -- the queue record; written again, never made again
    decided_at   timestamptz not null,
    published_at timestamptz,                -- null until Kafka acknowledged the record
    withdrawn_at timestamptz,                -- null until Kafka acknowledged the withdrawal
    primary key (ticket_id, revision)
) partition by hash (ticket_id);

do $$
begin
    for part in 0..7 loop
        execute format(
            'create table cases_%s partition of cases for values with (modulus 8, remainder %s)',
            part, part);
        execute format(
            'create table decisions_%s partition of decisions'
            ' for values with (modulus 8, remainder %s)', part, part);
        -- at most one live decision per ticket, whatever the code does
        execute format(
            'create unique index decisions_%s_live on decisions_%s (ticket_id) where live',
            part, part);
    end loop;
end
$$;

create view ledger as
select ticket_id, revision, queue, live, message_id, cause, published_at from decisions;

create view public.ledger as select * from ledger;
