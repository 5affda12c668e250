-- Keys, what they spend, and what they asked. The same tables as in ../postgres, in SQLite's types.
-- Amounts are in the chain's smallest unit;
-- times in milliseconds since the Unix epoch, days since it.

CREATE TABLE keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    budget BIGINT NOT NULL CHECK (budget >= 0),
    rate BIGINT NOT NULL CHECK (rate > 0),
    concurrent BIGINT NOT NULL CHECK (concurrent > 0),
    -- Requests that may be made at once, in sixty-thousandths, as of `refilled`.
    tokens BIGINT NOT NULL,
    refilled BIGINT NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT,
    revoked BIGINT
);

-- A name is free again once its key is revoked.
CREATE UNIQUE INDEX keys_by_name ON keys (name) WHERE revoked IS NULL;

-- What a key has reserved and spent on a day: requests may be purged, this stays.
CREATE TABLE spending (
    key_id BIGINT NOT NULL REFERENCES keys (id),
    day BIGINT NOT NULL,
    charged BIGINT NOT NULL CHECK (charged >= 0),
    PRIMARY KEY (key_id, day)
);

-- Processes that serve, each until its lease is over.
CREATE TABLE gateways (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    until BIGINT NOT NULL
);

CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id BIGINT NOT NULL REFERENCES keys (id),
    idempotency TEXT,
    body BLOB,
    gateway BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'sent', 'running', 'over')),
    -- The order, as JSON; empty once the request is over.
    asked TEXT NOT NULL,
    taken BIGINT NOT NULL,
    day BIGINT NOT NULL,
    -- What of the key's budget it holds, and once it is over what it took.
    charged BIGINT NOT NULL CHECK (charged >= 0),
    -- Fees of attempts that failed in a block.
    wasted BIGINT NOT NULL DEFAULT 0,
    payer BIGINT,
    extrinsic BLOB,
    hash BLOB,
    nonce BIGINT,
    from_block BIGINT,
    until_block BIGINT,
    round BIGINT,
    block BIGINT,
    block_hash BLOB,
    fee BIGINT,
    outcome TEXT,
    over_at BIGINT,
    CHECK (state NOT IN ('sent', 'running') OR extrinsic IS NOT NULL)
);

CREATE UNIQUE INDEX requests_by_idempotency ON requests (key_id, idempotency)
    WHERE idempotency IS NOT NULL;
-- An account has at most one transaction of which nobody knows yet whether it was taken, and never
-- two with one nonce.
CREATE UNIQUE INDEX one_sent_by_payer ON requests (payer) WHERE state = 'sent';
CREATE UNIQUE INDEX one_request_by_nonce ON requests (payer, nonce)
    WHERE state IN ('sent', 'running');
CREATE INDEX unfinished ON requests (gateway) WHERE state <> 'over';
CREATE INDEX unfinished_by_key ON requests (key_id) WHERE state <> 'over';
CREATE INDEX finished ON requests (over_at) WHERE state = 'over';
