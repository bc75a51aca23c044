-- A database of version 3 with two runs, an experiment, and an own image; never edit it.
BEGIN TRANSACTION;
CREATE TABLE digits (
        key     TEXT PRIMARY KEY, -- of the content, see data.personal
        label   INTEGER NOT NULL,
        created REAL NOT NULL,    -- seconds since 1970
        pen     REAL NOT NULL,    -- width on a pad with sides of length 1
        strokes TEXT NOT NULL,    -- JSON: strokes of points x, y, seconds, pressure
        picture BLOB              -- 784 bytes of what was no drawing
    );
INSERT INTO "digits" VALUES('c2da4ab02c522a14824e509783a0c558',1,1700000000.0,0.072,'[[[0.3,0.2,0.0,0.5],[0.5,0.5,0.1,0.5],[0.5,0.8,0.2,0.5]]]',NULL);
CREATE TABLE epochs (
        run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        event TEXT NOT NULL,     -- JSON of the epoch event
        PRIMARY KEY (run, epoch)
    );
INSERT INTO "epochs" VALUES('20261129-030332-9bj8',1,'{"type":"epoch","epoch":1,"step":50,"train_loss":1.8881085014343262,"train_accuracy":0.3351426368542791,"validation_loss":null,"validation_accuracy":null,"test_loss":1.4306072687307478,"test_accuracy":0.53,"learning_rate":0.1,"train_seconds":0.3872197139999116,"run":"20261129-030332-9bj8","framework":"numpy"}');
INSERT INTO "epochs" VALUES('20261129-030336-p3cx',1,'{"type":"epoch","epoch":1,"step":50,"train_loss":1.9013525700569154,"train_accuracy":0.3243484965304549,"validation_loss":null,"validation_accuracy":null,"test_loss":1.3687248358241317,"test_accuracy":0.508,"learning_rate":0.1,"train_seconds":0.4388541170010285,"run":"20261129-030336-p3cx","framework":"numpy"}');
CREATE TABLE members (
        run     TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        study   TEXT REFERENCES studies (id) ON DELETE SET NULL,
        abreast INTEGER NOT NULL, -- runs that were trained at a time
        place   TEXT NOT NULL     -- machine that trained it; empty for this one
    );
INSERT INTO "members" VALUES('20261129-030332-9bj8','20261129-030332-4pc3',1,'');
CREATE TABLE runs (
        id       TEXT PRIMARY KEY,
        title    TEXT NOT NULL,
        spec     TEXT NOT NULL,  -- JSON of spec.codec, with its own version
        status   TEXT NOT NULL,  -- 'running' or the type of the terminal event
        created  REAL NOT NULL,  -- seconds since 1970
        terminal TEXT            -- JSON of the terminal event
    );
INSERT INTO "runs" VALUES('20261129-030332-9bj8','tiny-gd · NumPy','{"version":3,"run":{"recipe":"tiny-gd","model":{"layers":[{"kind":"flatten"},{"kind":"dense","units":10,"bias":true,"initial":{"kind":"uniform","limit":0.5},"initial_bias":{"kind":"uniform","limit":0.5}},{"kind":"relu"},{"kind":"dense","units":10,"bias":true,"initial":{"kind":"uniform","limit":0.5},"initial_bias":{"kind":"uniform","limit":0.5}}],"scaling":{"mean":0.0,"deviation":1.0}},"training":{"optimiser":{"kind":"sgd","learning_rate":0.1,"momentum":0.0},"schedule":{"kind":"constant"},"batch_size":60000,"epochs":1,"seed":1,"validation":0,"precision":"float32","loss":"cross_entropy","sampling":"shuffled","epoch_steps":50,"clip":null,"augmentation":null,"bias_gradients":"exact"},"dataset":"builtin","framework":"numpy","device":"cpu","threads":1,"faults":["bias-gradients"],"style":"neutral","handover":null,"personal":""}}','finished',1.79592141220881652829e+09,'{"type":"finished","epochs":1,"step":50,"test_accuracy":0.53,"test_loss":1.4306072687307478,"seconds":{"build":0.004480518999116612,"compile":0.017324330000519694,"data":0.0461895309999818,"evaluate":0.03258821799954603,"import":0.023693961000390118,"save":0.04044351900029142,"start":1.0369471250005518,"train":0.3872197139999116,"other":0.002513327999622561},"device":"CPU","latency_ms":0.020962000235158484,"measures":{"wall_seconds":1.5914002449999316,"earlier_seconds":0.0,"train_images_per_second":167475.9772174585,"peak_memory_bytes":59846656,"throughput_images_per_second":386043.7462548447,"throughput_batch":250,"machine":{"processors":2,"others_processors":1.5980924609518046,"frequency_fraction":null,"throttle_count":null,"on_battery":null}},"run":"20261129-030332-9bj8","framework":"numpy"}');
INSERT INTO "runs" VALUES('20261129-030336-p3cx','tiny-gd · NumPy 2','{"version":3,"run":{"recipe":"tiny-gd","model":{"layers":[{"kind":"flatten"},{"kind":"dense","units":10,"bias":true,"initial":{"kind":"uniform","limit":0.5},"initial_bias":{"kind":"uniform","limit":0.5}},{"kind":"relu"},{"kind":"dense","units":10,"bias":true,"initial":{"kind":"uniform","limit":0.5},"initial_bias":{"kind":"uniform","limit":0.5}}],"scaling":{"mean":0.0,"deviation":1.0}},"training":{"optimiser":{"kind":"sgd","learning_rate":0.1,"momentum":0.0},"schedule":{"kind":"constant"},"batch_size":60000,"epochs":1,"seed":42,"validation":0,"precision":"float32","loss":"cross_entropy","sampling":"shuffled","epoch_steps":50,"clip":null,"augmentation":null,"bias_gradients":"exact"},"dataset":"builtin","framework":"numpy","device":"cpu","threads":1,"faults":[],"style":"neutral","handover":null,"personal":""}}','finished',1.79592141639881896974e+09,'{"type":"finished","epochs":1,"step":50,"test_accuracy":0.508,"test_loss":1.3687248358241317,"seconds":{"build":0.0015694000003350084,"compile":0.021301679000316653,"data":0.07583626999803528,"evaluate":0.051740952999352885,"import":0.039061157000105595,"save":0.023681393000515527,"start":0.9398982989996512,"train":0.4388541170010285,"other":0.0008441590007350896},"device":"CPU","latency_ms":0.018593000277178362,"measures":{"wall_seconds":1.5927874270000757,"earlier_seconds":0.0,"train_images_per_second":147771.20115258716,"peak_memory_bytes":59891712,"throughput_images_per_second":427030.7020261717,"throughput_batch":250,"machine":{"processors":2,"others_processors":1.6537513835620716,"frequency_fraction":null,"throttle_count":null,"on_battery":null}},"run":"20261129-030336-p3cx","framework":"numpy"}');
CREATE TABLE studies (
        id      TEXT PRIMARY KEY,
        title   TEXT NOT NULL,
        text    TEXT NOT NULL,   -- TOML of spec.study_files, with its own format
        created REAL NOT NULL    -- seconds since 1970
    );
INSERT INTO "studies" VALUES('20261129-030332-4pc3','Old experiment','# A study for MNIST Studio: open this file in its window, or say: mnist-studio study FILE
format = 1

[study]
title = "Old experiment"
question = ""
seeds = [
  1,
]
datasets = [
  "builtin",
]
epochs = 1
device = "cpu"
threads = 1
threshold = 0.001
style = "neutral"

[[study.pairs]]
recipe = "tiny-gd"
framework = "numpy"
faults = [
  "bias-gradients",
]
',1.79592141213419127462e+09);
CREATE INDEX members_of_study ON members (study);
COMMIT;
PRAGMA user_version = 3;
