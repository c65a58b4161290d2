#!/usr/bin/env python3
"""Answers the same three questions with DuckDB, from its own native table, and prints the times as JSON.

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
       data->>'source' AS voidedSource, data->>'id' AS voidedId
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
    return json.loads(output.stdout)


def main():
    events, ledger, vsl = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute(f"SET threads TO {os.cpu_count()}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(LOAD, [events])
    connection.execute(DONE, [events])
    # Now is when the last event has happened: the whole ledger counts.
    now = connection.execute("SELECT max(micros) FROM events").fetchone()[0] + 1
    result = {"version": duckdb.__version__, "seconds": {}, "same": {}}
    result["seconds"]["lead-time"], lead = best(connection, LEAD_TIME)
    result["seconds"]["queues"], queues = best(connection, QUEUES, {"now": now})
    result["seconds"]["defects"], defects = best(connection, DEFECTS)
    result["total"] = sum(result["seconds"].values())

    at = datetime.datetime.fromtimestamp(now // 10**6, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{now % 10**6:06d}Z"
    ours = ask(vsl, ledger, "lead-time", "--at", at)["rows"][0]
    result["same"]["lead-time"] = {"ours": [ours["n"], ours["p50"], ours["max"]],
                                   "duckdb": [lead[0][0], lead[0][2][0] / 1e6, lead[0][3] / 1e6]}
    rows = ask(vsl, ledger, "queues", "--at", at)["rows"]
    result["same"]["queues"] = {"ours": sum(row["count"] for row in rows), "duckdb": sum(row[2] for row in queues)}
    rows = ask(vsl, ledger, "defects", "--at", at, "--period", "month")["rows"]
    result["same"]["defects"] = {"ours": [sum(row["found"] for row in rows), sum(row["delivered"] for row in rows)],
                                 "duckdb": [int(sum(row[1] for row in defects)), int(sum(row[3] for row in defects))]}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
