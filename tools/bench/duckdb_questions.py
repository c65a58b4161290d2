#!/usr/bin/env python3
"""Answers the same twelve questions with DuckDB, from its own native table, and prints the times as JSON.

usage: duckdb_questions.py EVENTS.ndjson LEDGER VSL

Loading the table is not counted. VSL is asked the same questions, and the answers are compared.
"""
import datetime
import json
import os
import subprocess
import sys
import time

import duckdb

LOAD = """
CREATE TABLE events AS
SELECT row_number() OVER () AS position, id, source, replace(replace(type, 'vsl.', ''), '.v1', '') AS type, subject,
       valuestream AS stream, epoch_us(CAST(time AS TIMESTAMPTZ)) AS micros,
       data->>'stage' AS stage, data->>'item' AS item, data->>'escaped' AS escaped, data->>'resolution' AS resolution,
       data->>'source' AS voidedSource, data->>'id' AS voidedId, data->>'outcome' AS outcome, data->>'scale' AS scale,
       data->>'environment' AS environment, CAST(data->>'score' AS DOUBLE) AS score, CAST(data->>'value' AS DOUBLE) AS value
FROM read_json(?, format = 'newline_delimited', columns = {
  id: 'VARCHAR', source: 'VARCHAR', type: 'VARCHAR', subject: 'VARCHAR', valuestream: 'VARCHAR', time: 'VARCHAR',
  data: 'JSON'}, maximum_object_size = 4194304)
"""

# Which stages deliver, by stream. (A few rows: the streams' definitions.)
DONE = """
CREATE TABLE done AS
SELECT DISTINCT subject AS stream, stage->>'name' AS stage
FROM (SELECT subject, unnest(CAST(data->'stages' AS JSON[])) AS stage
  FROM read_json(?, format = 'newline_delimited', columns = {type: 'VARCHAR', subject: 'VARCHAR', data: 'JSON'},
    maximum_object_size = 4194304)
  WHERE type = 'vsl.stream.defined.v1')
WHERE stage->>'kind' = 'done'
"""

# Events that were not voided. (That a void was itself voided is left out here: it costs DuckDB nothing.)
LIVE = """
live AS (
  SELECT e.* FROM events e
  LEFT JOIN (SELECT voidedSource, voidedId FROM events WHERE type = 'event.voided') v
    ON e.source = v.voidedSource AND e.id = v.voidedId
  WHERE v.voidedId IS NULL)
"""

MOVES = """
moves AS (
  SELECT subject, stream, micros, position, live.stage,
    CASE WHEN type = 'item.delivered' OR (type = 'item.entered' AND done.stage IS NOT NULL) THEN 'delivered'
         WHEN type = 'item.cancelled' THEN 'cancelled'
         WHEN type = 'item.left' THEN 'left'
         WHEN type IN ('item.entered', 'item.reopened') THEN 'entered'
         WHEN type = 'item.created' THEN 'created' END AS what
  FROM live LEFT JOIN done USING (stream, stage)
  WHERE type IN ('item.delivered', 'item.entered', 'item.cancelled', 'item.left', 'item.reopened', 'item.created'))
"""

DELIVERED = """
state AS (
  SELECT subject, min(micros) FILTER (what = 'created') AS created,
    coalesce(max(micros) FILTER (what IN ('entered', 'cancelled')), -1) AS lastOther,
    max(micros) FILTER (what = 'delivered') AS lastDelivered
  FROM moves GROUP BY subject),
delivered AS (
  SELECT m.subject, any_value(s.created) AS created, min(m.micros) AS micros
  FROM moves m JOIN state s USING (subject)
  WHERE m.what = 'delivered' AND m.micros >= s.lastOther AND s.lastDelivered >= s.lastOther GROUP BY m.subject)
"""

LEAD_TIME = f"""
WITH {LIVE}, {MOVES}, {DELIVERED}
SELECT count(*), avg(micros - created), quantile_disc(micros - created, [0.5, 0.85, 0.95]), max(micros - created)
FROM delivered WHERE created IS NOT NULL
"""

QUEUES = f"""
WITH {LIVE}, {MOVES},
last AS (
  SELECT subject, arg_max(what, (micros, position)) AS what, arg_max(stage, (micros, position)) AS stage,
    arg_max(stream, (micros, position)) AS stream, max(micros) AS since
  FROM moves WHERE what <> 'created' OR stage IS NOT NULL GROUP BY subject)
SELECT stream, stage, count(*), max($now - since), quantile_disc($now - since, 0.85)
FROM last WHERE what = 'entered' OR what = 'created' GROUP BY ALL ORDER BY ALL
"""

DEFECTS = f"""
WITH {LIVE}, {MOVES}, {DELIVERED},
rejected AS (SELECT DISTINCT subject FROM live WHERE type = 'defect.resolved' AND resolution IN ('rejected', 'duplicate')),
found AS (
  SELECT f.subject, min(f.micros) AS micros, bool_or(coalesce(f.escaped = 'true', d.micros <= f.micros)) AS escaped
  FROM live f LEFT JOIN delivered d ON d.subject = f.item
  WHERE f.type = 'defect.found' AND f.subject NOT IN (SELECT subject FROM rejected) GROUP BY f.subject),
counted AS (
  SELECT date_trunc('month', make_timestamp(micros)) AS month, count(*) AS found, count(*) FILTER (escaped) AS escaped, 0 AS delivered
  FROM found GROUP BY ALL
  UNION ALL
  SELECT date_trunc('month', make_timestamp(micros)), 0, 0, count(*) FROM delivered GROUP BY ALL)
SELECT month, sum(found), sum(escaped), sum(delivered) FROM counted GROUP BY month ORDER BY month
"""


LAST = f"""
WITH {LIVE}, {MOVES},
last AS (
  SELECT subject, arg_max(what, (micros, position)) AS what, min(micros) FILTER (what = 'created') AS created
  FROM moves WHERE what IS NOT NULL GROUP BY subject)
"""

THROUGHPUT = f"""
WITH {LIVE}, {MOVES}, {DELIVERED}
SELECT stream, date_trunc('month', make_timestamp(d.micros)) AS month, count(DISTINCT d.subject)
FROM delivered d JOIN moves m USING (subject) WHERE m.micros = d.micros AND m.what = 'delivered' GROUP BY ALL ORDER BY ALL
"""

WIP = f"{LAST} SELECT count(*) FROM last WHERE what NOT IN ('delivered', 'cancelled')"

AGE = f"""
{LAST} SELECT count(*), quantile_disc($now - created, [0.5, 0.85]), max($now - created)
FROM last WHERE what NOT IN ('delivered', 'cancelled')
"""

BLOCKED = f"""
WITH {LIVE}, {MOVES},
happened AS (
  SELECT subject, micros, position, type = 'item.blocked' AS blocks FROM live WHERE type IN ('item.blocked', 'item.unblocked')
  UNION ALL
  SELECT subject, micros, position, false FROM moves WHERE what IN ('delivered', 'cancelled')),
turns AS (
  SELECT blocks, micros, lead(micros) OVER (PARTITION BY subject ORDER BY micros, position) AS until FROM happened)
SELECT count(*), sum(until - micros) FROM turns WHERE blocks AND until IS NOT NULL
"""

TRANSITIONS = f"""
WITH {LIVE}, {MOVES},
pairs AS (
  SELECT stage AS after, micros, lag(stage) OVER history AS before, lag(micros) OVER history AS since
  FROM moves WHERE what IN ('entered', 'created') AND stage IS NOT NULL
  WINDOW history AS (PARTITION BY subject ORDER BY micros, position))
SELECT before, after, count(*), quantile_disc(micros - since, 0.85) FROM pairs WHERE before IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

CHECKS = f"WITH {LIVE} SELECT stream, outcome, count(*) FROM live WHERE type = 'check.completed' GROUP BY ALL ORDER BY ALL"

SATISFACTION = f"""
WITH {LIVE} SELECT count(*), count(*) FILTER (score >= 4) FROM live WHERE type = 'feedback.received' AND scale = 'csat'
"""

VALUE = f"""
WITH {LIVE}, {MOVES}, {DELIVERED},
worth AS (SELECT subject, arg_max(value, (micros, position)) AS value FROM live WHERE type = 'item.created' GROUP BY subject)
SELECT count(*), sum(value) FROM delivered JOIN worth USING (subject)
"""

DEPLOYMENTS = f"""
WITH {LIVE} SELECT outcome, count(*) FROM live
WHERE type = 'deployment.completed' AND environment IN ('production', 'prod', 'live') GROUP BY ALL
"""


def total(rows, column, **where):
    return sum(row[column] for row in rows if all(row[key] == value for key, value in where.items()))


def between_stages(rows):
    return sum(row["count"] for row in rows if "(" not in row["from"] + row["to"])


# Name; SQL; what its rows say in short; our options; what our rows say in short.
QUESTIONS = [
    ("lead-time", LEAD_TIME, lambda rows: [rows[0][0], rows[0][2][0] / 1e6, rows[0][3] / 1e6], [],
     lambda rows: [rows[0]["n"], rows[0]["p50"], rows[0]["max"]]),
    ("queues", QUEUES, lambda rows: sum(row[2] for row in rows), [], lambda rows: total(rows, "count")),
    ("defects", DEFECTS, lambda rows: [int(sum(row[1] for row in rows)), int(sum(row[3] for row in rows))], ["--period", "month"],
     lambda rows: [total(rows, "found"), total(rows, "delivered")]),
    ("throughput", THROUGHPUT, lambda rows: sum(row[2] for row in rows), ["--period", "month", "--by", "stream"],
     lambda rows: total(rows, "delivered")),
    ("wip", WIP, lambda rows: rows[0][0], [], lambda rows: rows[0]["wip"]),
    ("age", AGE, lambda rows: round(rows[0][2] / 1e6), ["--set", "top=1"], lambda rows: round(rows[0]["age"])),
    ("blocked", BLOCKED, lambda rows: round(int(rows[0][1]) / 1e6), [], lambda rows: round(total(rows, "total"))),
    ("transitions", TRANSITIONS, lambda rows: sum(row[2] for row in rows), [], between_stages),
    ("checks", CHECKS, lambda rows: [sum(row[2] for row in rows if row[1] == word) for word in ("passed", "failed")],
     ["--by", "stream"], lambda rows: [total(rows, "passed"), total(rows, "failed")]),
    ("satisfaction", SATISFACTION, lambda rows: list(rows[0]), [],
     lambda rows: [total(rows, "n", scale="csat"), total(rows, "favourable", scale="csat")]),
    ("value", VALUE, lambda rows: [rows[0][0], round(rows[0][1])], [],
     lambda rows: [rows[0]["valued"], round(rows[0]["value"])]),
    ("dora", DEPLOYMENTS, lambda rows: [sum(row[1] for row in rows), dict(rows).get("succeeded", 0)], [],
     lambda rows: [rows[0]["deployments"], rows[0]["succeeded"]]),
]


def best(connection, query, parameters=None):
    """The best of three runs, and the rows."""
    seconds, rows = float("inf"), None
    for _ in range(3):
        started = time.perf_counter()
        rows = connection.execute(query, parameters).fetchall() if parameters else connection.execute(query).fetchall()
        seconds = min(seconds, time.perf_counter() - started)
    return seconds, rows


def ask(vsl, ledger, *question):
    output = subprocess.run([vsl, "show", *question, "--ledger", ledger, "--format", "json"], check=True, capture_output=True)
    return json.loads(output.stdout)["rows"]


def main():
    events, ledger, vsl = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute(f"SET threads TO {os.cpu_count()}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(LOAD, [events])
    connection.execute(DONE, [events])
    # Now is when the last event has happened: the whole ledger counts.
    now = connection.execute("SELECT max(micros) FROM events").fetchone()[0] + 1
    at = datetime.datetime.fromtimestamp(now // 10**6, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{now % 10**6:06d}Z"
    result = {"version": duckdb.__version__, "seconds": {}, "same": {}}
    for name, query, theirs, options, ours in QUESTIONS:
        result["seconds"][name], rows = best(connection, query, {"now": now} if "$now" in query else None)
        result["same"][name] = {"ours": ours(ask(vsl, ledger, name, "--at", at, *options)), "duckdb": theirs(rows)}
    result["total"] = sum(result["seconds"].values())
    result["first"] = sum(result["seconds"][name] for name in ("lead-time", "queues", "defects"))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
