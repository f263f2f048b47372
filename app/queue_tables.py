"""The tables of the queue (app/pool.py), and what is said to them."""

QUEUE_TABLES = (
    """CREATE TABLE queue (
        "case" TEXT PRIMARY KEY, stage INTEGER NOT NULL, "then" INTEGER NOT NULL, next_at INTEGER,
        skill TEXT NOT NULL, unit TEXT NOT NULL, tried INTEGER NOT NULL, window_end INTEGER NOT NULL, ticket TEXT NOT NULL,
        owner TEXT NOT NULL, owner_until INTEGER NOT NULL, not_by TEXT NOT NULL, number_key TEXT NOT NULL,
        holder TEXT NOT NULL DEFAULT '', lease_until INTEGER NOT NULL DEFAULT 0) STRICT""",
    'CREATE INDEX queue_ready ON queue (stage, skill, unit, tried, window_end, ticket, "case") WHERE stage BETWEEN 1 AND 9',
    "CREATE INDEX queue_turns ON queue (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX queue_leases ON queue (lease_until) WHERE stage = 11",
    "CREATE INDEX queue_numbers ON queue (number_key) WHERE number_key <> ''",
    """CREATE TABLE queue_groups (
        stage INTEGER NOT NULL, skill TEXT NOT NULL, unit TEXT NOT NULL, tried INTEGER NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (stage, skill, unit, tried)) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER queue_counts_in AFTER INSERT ON queue BEGIN
        INSERT INTO queue_groups VALUES (NEW.stage, NEW.skill, NEW.unit, NEW.tried, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
    """CREATE TRIGGER queue_counts_move AFTER UPDATE OF stage, skill, unit, tried ON queue BEGIN
        UPDATE queue_groups SET n = n - 1
        WHERE stage = OLD.stage AND skill = OLD.skill AND unit = OLD.unit AND tried = OLD.tried;
        INSERT INTO queue_groups VALUES (NEW.stage, NEW.skill, NEW.unit, NEW.tried, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
)
"""A desk's store and central's index make them in a migration. queue_groups counts the rows that have stage, skill, unit and tried sorts in
common: a few hundred at the most, so that the next case is found group by group."""

PEOPLE_TABLES = (
    """CREATE TABLE queue_barred (
        number_key TEXT PRIMARY KEY, barred INTEGER NOT NULL, since INTEGER NOT NULL, "case" TEXT NOT NULL,
        by TEXT NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE queue_called (
        number_key TEXT PRIMARY KEY, "case" TEXT NOT NULL, ended INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
)
"""What is known of a number, whichever of its cases brought it (app/queue_people.py): a later migration."""

QUEUE_KNOWN = (
    "ALTER TABLE queue ADD COLUMN known TEXT NOT NULL DEFAULT ''",
    "DROP INDEX queue_ready",
    """CREATE INDEX queue_ready ON queue (stage, skill, unit, tried, known, window_end, ticket, "case")
        WHERE stage BETWEEN 1 AND 9""",
    "DROP TRIGGER queue_counts_in",
    "DROP TRIGGER queue_counts_move",
    "DROP TABLE queue_groups",
    """CREATE TABLE queue_groups (
        stage INTEGER NOT NULL, skill TEXT NOT NULL, unit TEXT NOT NULL, tried INTEGER NOT NULL, known TEXT NOT NULL,
        n INTEGER NOT NULL, PRIMARY KEY (stage, skill, unit, tried, known)) STRICT, WITHOUT ROWID""",
    """INSERT INTO queue_groups SELECT stage, skill, unit, tried, known, COUNT(*) FROM queue
        GROUP BY stage, skill, unit, tried, known""",
    """CREATE TRIGGER queue_counts_in AFTER INSERT ON queue BEGIN
        INSERT INTO queue_groups VALUES (NEW.stage, NEW.skill, NEW.unit, NEW.tried, NEW.known, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
    """CREATE TRIGGER queue_counts_move AFTER UPDATE OF stage, skill, unit, tried, known ON queue BEGIN
        UPDATE queue_groups SET n = n - 1
        WHERE stage = OLD.stage AND skill = OLD.skill AND unit = OLD.unit AND tried = OLD.tried AND known = OLD.known;
        INSERT INTO queue_groups VALUES (NEW.stage, NEW.skill, NEW.unit, NEW.tried, NEW.known, 1)
        ON CONFLICT DO UPDATE SET n = n + 1; END""",
)
"""The next step of both: rows and groups also have what the sample knows of a case for its quota cells; central knows nothing."""

_COMES = """INSERT INTO queue_groups (stage, skill, unit, tried, known, n) VALUES (NEW.stage, NEW.skill, NEW.unit, NEW.tried, NEW.known, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
        UPDATE queue_groups SET first_end = NEW.window_end, first_ticket = NEW.ticket
        WHERE stage = NEW.stage AND skill = NEW.skill AND unit = NEW.unit AND tried = NEW.tried AND known = NEW.known
        AND NEW.stage BETWEEN 1 AND 9 AND (n = 1 OR (NEW.window_end, NEW.ticket) < (first_end, first_ticket));"""
QUEUE_HEADS = (
    "ALTER TABLE queue_groups ADD COLUMN first_end INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE queue_groups ADD COLUMN first_ticket TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX queue_heads ON queue_groups (stage, first_end, first_ticket) WHERE stage BETWEEN 1 AND 9",
    "CREATE INDEX queue_skills ON queue_groups (skill)",
    "CREATE INDEX queue_units ON queue_groups (unit)",
    "CREATE INDEX queue_quotas ON queue_groups (known)",
    "CREATE INDEX queue_owners ON queue (owner, stage) WHERE owner <> ''",
    "DROP TRIGGER queue_counts_in",
    "DROP TRIGGER queue_counts_move",
    f"CREATE TRIGGER queue_counts_in AFTER INSERT ON queue BEGIN {_COMES} END",
    f"""CREATE TRIGGER queue_counts_move AFTER UPDATE OF stage, skill, unit, tried, known ON queue BEGIN
        UPDATE queue_groups SET n = n - 1
        WHERE stage = OLD.stage AND skill = OLD.skill AND unit = OLD.unit AND tried = OLD.tried AND known = OLD.known;
        {_COMES} END""",  # noqa: S608 — our own text
)
"""The next step of both: a group also has its head, which is never after its first row (app/queue_order.py). 0 and '' are before all."""

PUT = """INSERT INTO queue ("case", stage, "then", next_at, skill, unit, tried, window_end, ticket, owner, owner_until, not_by, number_key,
    known) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    stage = excluded.stage, "then" = excluded."then", next_at = excluded.next_at, skill = excluded.skill, unit = excluded.unit,
    tried = excluded.tried, window_end = excluded.window_end, owner = excluded.owner, owner_until = excluded.owner_until,
    not_by = excluded.not_by, known = excluded.known, holder = '', lease_until = 0,
    number_key = CASE excluded.number_key WHEN '' THEN number_key ELSE excluded.number_key END"""

# Levels by their numbers in sample.queue.Rank: 1 resumable, 2 appointment, 3 overdue, 4 broken off; 0 waits, 10 is finished, 11 leased.
ADVANCE = (
    """UPDATE queue SET stage = "then",
        next_at = CASE "then" WHEN 2 THEN window_end + 1 END
        WHERE next_at <= ? AND stage = 0""",
    "UPDATE queue SET stage = 3, next_at = NULL WHERE next_at <= ? AND stage = 2",
    "UPDATE queue SET stage = 4, next_at = NULL WHERE next_at <= ? AND stage = 1",
)
FIRST = """SELECT window_end, ticket, "case" FROM queue INDEXED BY queue_ready
    WHERE stage BETWEEN 1 AND 9 AND stage = ? AND skill = ? AND unit = ? AND tried = ? AND known = ?"""
ONE_CALL = """ AND (number_key = '' OR NOT EXISTS (
    SELECT 1 FROM queue AS other WHERE other.number_key = queue.number_key AND other.number_key <> '' AND other.stage = 11))"""
"""A number that stands in two samples is on one telephone at a time."""
FOR_CALLER = " AND (not_by = '' OR not_by <> ?) AND (owner = '' OR owner_until <= ? OR owner = ?)"
ON_THE_TELEPHONE = """SELECT 1 FROM queue AS other JOIN queue AS this ON other.number_key = this.number_key
    WHERE this."case" = ? AND other.number_key <> '' AND other.stage = 11"""
IN_ORDER = ' ORDER BY window_end, ticket, "case" LIMIT 1'
HEADS = """SELECT skill, unit, tried, known, first_end, first_ticket FROM queue_groups INDEXED BY queue_heads
    WHERE stage BETWEEN 1 AND 9 AND stage = ? AND n > 0 AND {where} ORDER BY first_end, first_ticket"""
SET_HEAD = """UPDATE queue_groups SET (first_end, first_ticket) = (SELECT window_end, ticket FROM queue INDEXED BY queue_ready
    WHERE stage BETWEEN 1 AND 9 AND stage = ? AND skill = ? AND unit = ? AND tried = ? AND known = ? ORDER BY window_end, ticket LIMIT 1)
    WHERE stage = ? AND skill = ? AND unit = ? AND tried = ? AND known = ?"""
OWN = """SELECT window_end, ticket, "case", unit, tried, known FROM queue INDEXED BY queue_owners
    WHERE owner = ? AND owner <> '' AND owner_until > ? AND stage = ?"""


def distinct(column: str) -> str:
    """Every value of a column of the groups, by one look into its index for each."""
    return f"""WITH RECURSIVE each(value) AS (SELECT MIN({column}) FROM queue_groups UNION ALL
        SELECT (SELECT MIN({column}) FROM queue_groups WHERE {column} > value) FROM each WHERE value IS NOT NULL)
        SELECT value FROM each WHERE value IS NOT NULL"""  # noqa: S608 — names of our own columns
