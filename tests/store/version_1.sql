-- A database of version 1, as it was written by the first studio; never edit it.
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE epochs (
        run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        event TEXT NOT NULL,     -- JSON of the epoch event
        PRIMARY KEY (run, epoch)
    )
    ;
INSERT INTO "epochs" VALUES('20260102-030405-a7k2',1,'{"type":"epoch","epoch":1,"step":938,"train_loss":0.3,"train_accuracy":0.91,"validation_loss":null,"validation_accuracy":null,"test_loss":0.25,"test_accuracy":0.9,"learning_rate":0.001,"train_seconds":1.5,"run":"20260102-030405-a7k2","framework":"keras"}');
INSERT INTO "epochs" VALUES('20260102-030405-a7k2',2,'{"type":"epoch","epoch":2,"step":1876,"train_loss":0.3,"train_accuracy":0.91,"validation_loss":null,"validation_accuracy":null,"test_loss":0.25,"test_accuracy":0.9,"learning_rate":0.001,"train_seconds":3.0,"run":"20260102-030405-a7k2","framework":"keras"}');
CREATE TABLE runs (
        id       TEXT PRIMARY KEY,
        title    TEXT NOT NULL,
        spec     TEXT NOT NULL,  -- JSON of spec.codec, with its own version
        status   TEXT NOT NULL,  -- 'running' or the type of the terminal event
        created  REAL NOT NULL,  -- seconds since 1970
        terminal TEXT            -- JSON of the terminal event
    )
    ;
INSERT INTO "runs" VALUES('20260102-030405-a7k2','tiny-10 · Keras','{"version":1,"run":{"recipe":"tiny-10","model":{"layers":[{"kind":"flatten"},{"kind":"dense","units":10,"bias":true,"initial":"glorot_uniform"},{"kind":"relu"},{"kind":"dense","units":10,"bias":true,"initial":"glorot_uniform"}],"scaling":{"mean":0.0,"deviation":1.0}},"training":{"optimiser":{"kind":"adam","learning_rate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1e-8},"schedule":{"kind":"constant"},"batch_size":64,"epochs":10,"seed":42,"validation":0,"precision":"float32","loss":"cross_entropy"},"dataset":"mnist","framework":"keras","device":"auto","threads":0}}','finished',1.7952254836581058502e+09,'{"type":"finished","epochs":10,"step":9380,"test_accuracy":0.93,"test_loss":0.2,"seconds":{"train":12.5},"device":"cpu","latency_ms":0.4,"run":"20260102-030405-a7k2","framework":"keras"}');
INSERT INTO "runs" VALUES('20260102-040506-zz9m','Größe — 手書き','{"version":1,"run":{"recipe":"wide-cnn","model":{"layers":[{"kind":"conv","filters":32,"size":3,"padding":"valid","bias":true,"initial":"glorot_uniform"},{"kind":"relu"},{"kind":"conv","filters":64,"size":3,"padding":"valid","bias":true,"initial":"glorot_uniform"},{"kind":"relu"},{"kind":"max_pool","size":2},{"kind":"dropout","rate":0.25},{"kind":"flatten"},{"kind":"dense","units":128,"bias":true,"initial":"glorot_uniform"},{"kind":"relu"},{"kind":"dropout","rate":0.5},{"kind":"dense","units":10,"bias":true,"initial":"glorot_uniform"}],"scaling":{"mean":0.1307,"deviation":0.3081}},"training":{"optimiser":{"kind":"adadelta","learning_rate":1.0,"rho":0.9,"epsilon":1e-6},"schedule":{"kind":"exponential","factor":0.7},"batch_size":64,"epochs":10,"seed":42,"validation":0,"precision":"float32","loss":"cross_entropy"},"dataset":"mnist","framework":"pytorch","device":"auto","threads":0}}','running',1.79522548366864562034e+09,NULL);
COMMIT;
