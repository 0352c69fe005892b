-- Facts with both times: effective_at, when they took effect; learned_at, when the broker had
-- them. content: hash of all a fact says; two contents under one version contradict each other.
create table facts (
    licence_id   text        not null,
    version      bigint      not null,
    content      bytea       not null,
    effective_at timestamptz not null,
    learned_at   timestamptz not null,
    fact         text        not null,
    primary key (licence_id, version, content)
);

-- Normalised values under which a licence was ever findable; which count is decided at a moment.
create table lookups (
    kind       text not null,
    value      text not null,
    licence_id text not null,
    primary key (kind, value, licence_id)
);

-- Up to when a source has sent all its facts, and when it said so.
create table feed_marks (
    source         text        not null,
    complete_until timestamptz not null,
    learned_at     timestamptz not null,
    primary key (source, complete_until)
);

-- Negative answers that wait for the feed to pass as_of. announced: the answer is out, so that
-- a later one can't overtake it. classified: the event, to be judged again.
create table provisional (
    ticket_id    uuid        not null,
    fingerprint  text        not null,
    as_of        timestamptz not null,
    status       text        not null,
    classified   bytea       not null,
    announced    boolean     not null default false,
    leased_until timestamptz not null default '-infinity',
    primary key (ticket_id, fingerprint)
);
create index provisional_due on provisional (as_of) where announced;
create index provisional_unannounced on provisional (ticket_id) where not announced;

create view licence_state as
select f.licence_id,
       f.version,
       max(f.effective_at) as effective_at,
       max(f.learned_at)   as learned_at,
       count(*) > 1        as contradictory
from facts f
where f.version = (select max(g.version) from facts g where g.licence_id = f.licence_id)
group by f.licence_id, f.version;

create or replace view public.licence_state as select * from licence_state;
