"""The functions of the schema: an append, a rebuild and a page of the feed are one call each.

So each takes one round trip however much goes along with it, and all that it looks at and writes is
one transaction. Each statement within sees what others have committed up to then: that is how
PostgreSQL runs a volatile function at READ COMMITTED, the one level at which these are right. At
the levels above, all of them would see one moment, and miss what was committed after it.
"""

from __future__ import annotations

from whistle_engine.storage._columns import MATTER

CLASH = "WH001"
"""The SQLSTATE of an append that met another one half way: try again, and see what that wrote."""

CONFLICT = "WH003"
"""That of a rebuild at another version; the message is the one that is there."""

FROZEN = "WH002"
"""That of a host's transaction above READ COMMITTED."""

_EXPECT_FRESH = f"""
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = '{FROZEN}',
            MESSAGE = current_setting('transaction_isolation');
    END IF;
"""

_COLUMNS = ", ".join(MATTER)
_EXCLUDED = ", ".join(f"excluded.{name}" for name in MATTER)

ROWS = f"""
-- The rows of the ledger: first of all that is written of a matter beside its commits, so that
-- whoever has written it has the matter to himself.
CREATE FUNCTION @whistle_rows(_rows json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO @whistle_matters ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_populate_recordset(NULL::@whistle_matters, _rows)
    ORDER BY matter
    ON CONFLICT (matter) DO UPDATE SET ({_COLUMNS}) = ROW ({_EXCLUDED});
END $$
"""

PROJECT = """
-- Duties and timers of some matters, each replacing what was there; what stays is not touched. Of
-- matters that are new, what was there is stray, in damaged tables: none of it stays.
CREATE FUNCTION @whistle_project(_matters text[], _new text[], _duties json, _timers json)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM @whistle_duties AS old
    WHERE old.matter = ANY (_matters) AND NOT EXISTS (
        SELECT FROM json_to_recordset(_duties) AS wanted (matter text, clock bigint)
        WHERE wanted.matter = old.matter AND wanted.clock = old.clock
    );
    UPDATE @whistle_timers AS old SET settled = true, gone = true
    WHERE old.matter = ANY (_matters) AND NOT old.gone AND NOT EXISTS (
        SELECT FROM json_to_recordset(_timers)
            AS wanted (matter text, clock bigint, step bigint)
        WHERE wanted.matter = old.matter AND wanted.clock = old.clock
            AND wanted.step = old.step
    );
    INSERT INTO @whistle_duties AS old (matter, clock, what, unit, raiser, since, due)
    SELECT matter, clock, what, unit, raiser, since, due
    FROM json_populate_recordset(NULL::@whistle_duties, _duties)
    ON CONFLICT (matter, clock) DO UPDATE SET (what, unit, raiser, since, due)
        = ROW (excluded.what, excluded.unit, excluded.raiser, excluded.since, excluded.due)
    WHERE (old.what, old.unit, old.raiser, old.since, old.due) IS DISTINCT FROM
        (excluded.what, excluded.unit, excluded.raiser, excluded.since, excluded.due);
    INSERT INTO @whistle_timers AS old (matter, clock, step, due, free_at)
    SELECT matter, clock, step, due, due
    FROM json_populate_recordset(NULL::@whistle_timers, _timers)
    ON CONFLICT (matter, clock, step) DO UPDATE SET
        due = excluded.due, free_at = excluded.due,
        token = old.token + 1,  -- an earlier claim counts no longer
        tries = 0, settled = false, dead = false, gone = false
    WHERE old.gone OR old.due <> excluded.due OR old.matter = ANY (_new);
END $$
"""

APPEND = f"""
-- Announce, look, write. The answer is 'again', 'conflict' with matter and actual version, or
-- 'written' with the positions in the order of the drafts.
CREATE FUNCTION @whistle_append(
    _matters text[], _versions bigint[], _ids text[], _parts bigint[], _recorded bigint[],
    _commands bytea[], _bases bytea[], _events bytea[], _answers bytea[],
    _previous text[], _digests text[],
    _rows json, _duties json, _timers json, _notices json,
    _text_ids text[], _text_names text[], _text_matters text[], _salts bytea[], _words bytea[],
    OUT outcome text, OUT positions bigint[], OUT matter text, OUT actual bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _written bigint;
BEGIN
{_EXPECT_FRESH}
    -- For whoever reads the feed: what is given a position from here on has one above the last.
    PERFORM pg_advisory_xact_lock_shared(
        '@whistle_positions'::regclass::oid::bigint::bit(32)::int,
        (CASE WHEN is_called THEN last_value ELSE 0 END)::bit(32)::int
    ) FROM @whistle_positions;

    -- The command ids are looked at last, as of a moment after the versions: a version that is
    -- there because the same command has written meanwhile is no conflict (S5).
    SELECT draft.matter, head.version INTO matter, actual
    FROM unnest(_matters, _versions) WITH ORDINALITY AS draft (matter, version, number)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(there.version), 0) AS version FROM @whistle_commits AS there
        WHERE there.matter = draft.matter
    ) AS head
    WHERE head.version <> draft.version - 1
    ORDER BY draft.number LIMIT 1;
    PERFORM FROM @whistle_commits WHERE command_id = ANY (_ids);
    IF FOUND THEN
        outcome := 'again';
        RETURN;
    END IF;
    IF actual IS NOT NULL THEN
        outcome := 'conflict';
        RETURN;
    END IF;

    positions := ARRAY(
        SELECT nextval('@whistle_positions') FROM generate_series(1, cardinality(_matters))
    );
    -- By matter, so that two appends that want the same matters wait for each other in turn.
    INSERT INTO @whistle_commits (
        position, matter, version, command_id, part, recorded_at, command, basis, events, answer,
        previous, digest
    )
    SELECT positions[draft.number], draft.matter, draft.version, draft.command_id, draft.part,
        draft.recorded_at, draft.command, draft.basis, draft.events, draft.answer,
        draft.previous, draft.digest
    FROM unnest(_matters, _versions, _ids, _parts, _recorded, _commands, _bases, _events, _answers,
        _previous, _digests) WITH ORDINALITY
        AS draft (matter, version, command_id, part, recorded_at, command, basis, events, answer,
            previous, digest, number)
    ORDER BY draft.matter
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS _written = ROW_COUNT;
    IF _written <> cardinality(_matters) THEN
        RAISE EXCEPTION USING ERRCODE = '{CLASH}', MESSAGE = 'another append was faster';
    END IF;

    PERFORM @whistle_rows(_rows);
    PERFORM @whistle_project(
        _matters,
        ARRAY(SELECT each FROM unnest(_matters, _versions) AS of (each, version) WHERE version = 1),
        _duties, _timers
    );
    INSERT INTO @whistle_notices AS old (
        matter, version, number, code, event, due, unit, actor, free_at
    )
    SELECT matter, version, number, code, event, due, unit, actor, due
    FROM json_populate_recordset(NULL::@whistle_notices, _notices)
    ON CONFLICT (matter, version, number) DO UPDATE SET  -- a stray one, in damaged tables
        code = excluded.code, event = excluded.event, due = excluded.due, unit = excluded.unit,
        actor = excluded.actor, free_at = excluded.free_at,
        token = old.token + 1, tries = 0, settled = false, dead = false;
    INSERT INTO @whistle_texts (command_id, name, matter, salt, words)
    SELECT * FROM unnest(_text_ids, _text_names, _text_matters, _salts, _words)
    ON CONFLICT (command_id, name) DO UPDATE SET
        matter = excluded.matter, salt = excluded.salt, words = excluded.words, erased = false;
    outcome := 'written';
END $$
"""

REBUILD = f"""
-- The look-ups of a matter made again; what is settled can come back. Its row is written before
-- anything is looked at: an append that is under way waits for it, or has it already.
CREATE FUNCTION @whistle_rebuild(
    _matter text, _version bigint, _rows json, _duties json, _timers json
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _actual bigint;
BEGIN
{_EXPECT_FRESH}
    PERFORM @whistle_rows(_rows);
    SELECT coalesce(max(version), 0) INTO _actual FROM @whistle_commits WHERE matter = _matter;
    IF _actual <> _version THEN
        RAISE EXCEPTION USING ERRCODE = '{CONFLICT}', MESSAGE = _actual;
    END IF;
    UPDATE @whistle_timers SET gone = true WHERE matter = _matter AND settled AND NOT gone;
    PERFORM @whistle_project(ARRAY[_matter], ARRAY[]::text[], _duties, _timers);
END $$
"""

FEED = f"""
-- A page of the feed, up to where nothing can appear any more (S7). First it reads which position
-- was the last to be given out: whoever had one up to there had announced himself before that. Then
-- it reads who is announced still, and above which positions: who is not has committed, or never
-- will. What follows reads the commits as of a moment after that. The order of the three matters.
-- A lock keeps the lower half of a position: as far from the last one as it seems.
-- Those who are announced it waits for, if the page is not full without them: else a commit that
-- has come back might not be fed yet (S6). It waits for nobody who comes later, nor until a
-- statement_timeout would end it.
CREATE FUNCTION @whistle_feed(_after bigint, _most bigint, _milliseconds bigint)
RETURNS SETOF @whistle_commits LANGUAGE plpgsql AS $$
DECLARE
    _last bigint;
    _final bigint;
    _found bigint;
    _end timestamptz := clock_timestamp() + least(
        _milliseconds * interval '1 millisecond',
        nullif(current_setting('statement_timeout')::interval, interval '0') / 2
    );
BEGIN
{_EXPECT_FRESH}
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
            MESSAGE = 'who is announced is known to the primary alone: read the feed there';
    END IF;
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO _last FROM @whistle_positions;
    LOOP
        SELECT coalesce(_last - max(apart), _last) INTO _final
        FROM (
            SELECT (_last - objid::bigint) & 4294967295 AS apart FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 2
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = '@whistle_positions'::regclass::oid
        ) AS announced
        WHERE apart < 2147483648;  -- the others have announced themselves since, above the last
        EXIT WHEN _final = _last OR clock_timestamp() >= _end;
        SELECT count(*) INTO _found FROM (
            SELECT FROM @whistle_commits WHERE position > _after AND position <= _final LIMIT _most
        ) AS page;
        EXIT WHEN _found = _most;
        PERFORM pg_sleep(0.002);
    END LOOP;
    RETURN QUERY SELECT * FROM @whistle_commits
    WHERE position > _after AND position <= _final ORDER BY position LIMIT _most;
END $$
"""
