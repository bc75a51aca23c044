-- A database of version 2, with a study of two runs; never edit it.
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE epochs (
        run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        event TEXT NOT NULL,     -- JSON of the epoch event
        PRIMARY KEY (run, epoch)
    )
    ;
CREATE TABLE runs (
        id       TEXT PRIMARY KEY,
        title    TEXT NOT NULL,
        spec     TEXT NOT NULL,  -- JSON of spec.codec, with its own version
        status   TEXT NOT NULL,  -- 'running' or the type of the terminal event
        created  REAL NOT NULL,  -- seconds since 1970
        terminal TEXT            -- JSON of the terminal event
    )
    ;
INSERT INTO "runs" VALUES('20260102-030405-a7k2','tiny-10 · Keras','{"version":2,"run":{"recipe":"tiny-10","model":{"layers":[{"kind":"flatten"},{"kind":"dense","units":10},{"kind":"relu"},{"kind":"dense","units":10}],"scaling":{"mean":0.0,"deviation":1.0}},"training":{"optimiser":{"kind":"adam","learning_rate":0.001},"epochs":10},"framework":"keras"}}','finished',1.7952254836581058502e+09,'{"type":"finished","epochs":10,"step":9380,"test_accuracy":0.93,"test_loss":0.2,"seconds":{"train":12.5},"device":"cpu","latency_ms":0.4,"run":"20260102-030405-a7k2","framework":"keras"}');
INSERT INTO "runs" VALUES('20260102-040506-zz9m','tiny-10 · NumPy','{"version":2,"run":{"recipe":"tiny-10","model":{"layers":[{"kind":"flatten"},{"kind":"dense","units":10},{"kind":"relu"},{"kind":"dense","units":10}],"scaling":{"mean":0.0,"deviation":1.0}},"training":{"optimiser":{"kind":"adam","learning_rate":0.001},"epochs":10},"framework":"numpy"}}','running',1.79522548366864562034e+09,NULL);
CREATE TABLE studies (
        id      TEXT PRIMARY KEY,
        title   TEXT NOT NULL,
        text    TEXT NOT NULL,   -- TOML of spec.study_files, with its own format
        created REAL NOT NULL    -- seconds since 1970
    )
    ;
INSERT INTO "studies" VALUES('20260102-030000-qqqq','Größer?','format = 1

[study]
title = "Größer?"

[study.grid]
recipes = ["tiny-10"]
frameworks = ["keras", "numpy"]
',1.7952254e+09);
CREATE TABLE members (
        run     TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        study   TEXT REFERENCES studies (id) ON DELETE SET NULL,
        abreast INTEGER NOT NULL, -- runs that were trained at a time
        place   TEXT NOT NULL     -- machine that trained it; empty for this one
    )
    ;
INSERT INTO "members" VALUES('20260102-030405-a7k2','20260102-030000-qqqq',2,'');
INSERT INTO "members" VALUES('20260102-040506-zz9m','20260102-030000-qqqq',1,'elsewhere');
CREATE INDEX members_of_study ON members (study);
COMMIT;
