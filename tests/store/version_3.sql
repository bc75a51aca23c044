-- A database of version 3, with a digit of the user; never edit it.
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE digits (
        key     TEXT PRIMARY KEY, -- of the content, see data.personal
        label   INTEGER NOT NULL,
        created REAL NOT NULL,    -- seconds since 1970
        pen     REAL NOT NULL,    -- width on a pad with sides of length 1
        strokes TEXT NOT NULL,    -- JSON: strokes of points x, y, seconds, pressure
        picture BLOB              -- 784 bytes of what was no drawing
    );
INSERT INTO "digits" VALUES('a168b39646b0cc25ab4075e16813b60b',7,1700000001.0,0.072,'[[[0.501,0.1,0.0,0.5],[0.499,0.9,0.25,0.625]]]',NULL);
CREATE TABLE epochs (
        run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        event TEXT NOT NULL,     -- JSON of the epoch event
        PRIMARY KEY (run, epoch)
    );
CREATE TABLE members (
        run     TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        study   TEXT REFERENCES studies (id) ON DELETE SET NULL,
        abreast INTEGER NOT NULL, -- runs that were trained at a time
        place   TEXT NOT NULL     -- machine that trained it; empty for this one
    );
CREATE TABLE runs (
        id       TEXT PRIMARY KEY,
        title    TEXT NOT NULL,
        spec     TEXT NOT NULL,  -- JSON of spec.codec, with its own version
        status   TEXT NOT NULL,  -- 'running' or the type of the terminal event
        created  REAL NOT NULL,  -- seconds since 1970
        terminal TEXT            -- JSON of the terminal event
    );
CREATE TABLE studies (
        id      TEXT PRIMARY KEY,
        title   TEXT NOT NULL,
        text    TEXT NOT NULL,   -- TOML of spec.study_files, with its own format
        created REAL NOT NULL    -- seconds since 1970
    );
CREATE INDEX members_of_study ON members (study);
COMMIT;
