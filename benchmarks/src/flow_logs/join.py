"""Counts the connections of one machine to ports that a product's document doesn't have.

Arguments: duckdb or polars, the kind of the log, the log, the output of `list --format portmap`, the machine's address.
"""

import sys

engine, kind, log, portmap, product = sys.argv[1:]
ZEEK = (
    "ts uid source source_port destination port transport service duration orig_bytes resp_bytes conn_state local_orig "
    "local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"
).split()
JSON = {"id.orig_h": "source", "id.resp_h": "destination", "id.resp_p": "port", "proto": "transport"}


def with_duckdb():
    import duckdb

    if kind == "conn.log":
        columns = {name: "INTEGER" if name == "port" else "VARCHAR" for name in ZEEK}
        source = f"read_csv('{log}', delim='\\t', header=false, skip=8, quote='', escape='', columns={columns})"
    elif kind == "conn.json":
        columns = {name: "INTEGER" if name == "id.resp_p" else "VARCHAR" for name in JSON}
        names = ", ".join(f'"{name}" AS {own}' for name, own in JSON.items())
        source = f"(SELECT {names} FROM read_json('{log}', format='newline_delimited', columns={columns}))"
    else:
        source = f"read_csv('{log}')"
    query = f"""
        WITH own AS (
            SELECT CASE WHEN destination = '{product}' THEN 'inbound' ELSE 'outbound' END AS direction, transport, port
            FROM {source} WHERE source = '{product}' OR destination = '{product}'),
        known AS (
            SELECT DISTINCT direction, transport, unnest(range(first, last + 1)) AS port FROM read_csv('{portmap}'))
        SELECT count(*) FROM own ANTI JOIN known USING (direction, transport, port)"""
    return duckdb.connect().execute(query).fetchone()[0]


def with_polars():
    import polars as pl

    if kind == "conn.log":
        schema = {name: pl.Int64 if name == "port" else pl.String for name in ZEEK}
        connections = pl.scan_csv(log, separator="\t", has_header=False, comment_prefix="#", quote_char=None, schema=schema)
    elif kind == "conn.json":
        schema = {name: pl.Int64 if name == "id.resp_p" else pl.String for name in JSON}
        connections = pl.scan_ndjson(log, schema=schema).rename(JSON)
    else:
        connections = pl.scan_csv(log)
    is_inbound = pl.col("destination") == product
    own = connections.filter(is_inbound | (pl.col("source") == product)).select(
        pl.when(is_inbound).then(pl.lit("inbound")).otherwise(pl.lit("outbound")).alias("direction"), "transport", "port"
    )
    ports = pl.int_ranges(pl.col("first"), pl.col("last") + 1).alias("port")
    known = pl.scan_csv(portmap).select("direction", "transport", ports).explode("port").unique()
    rest = own.join(known, on=["direction", "transport", "port"], how="anti")
    return rest.select(pl.len()).collect(engine="streaming").item()


print(with_duckdb() if engine == "duckdb" else with_polars())
