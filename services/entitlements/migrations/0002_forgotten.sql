-- Whom we have forgotten: who stands no longer in the facts of a licence that we knew by then.
-- asker: SHA-256 of the normalised address or account.

create table forgotten (
    licence_id   text        not null,
    asker        bytea       not null,
    forgotten_at timestamptz not null,
    primary key (licence_id, asker)
);
