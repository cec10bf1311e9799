"""Starts bqemulator 1.4.0 with fixes where it differs from BigQuery in what this project relies on.

  1. nothing is downloaded at the start: DuckDB's spatial extension is used only where it is installed already;
  2. the body of a procedure ends at the END that belongs to it: BEGIN, CASE, IF, LOOP, WHILE and FOR may nest in it;
  3. ROLLBACK within EXCEPTION works: the transaction stays open when the handler begins;
  4. scripts have @@row_count, @@error.message, ASSERT and query parameters, and a procedure's body is a block;
  5. a job id that was used already is refused with 409, as BigQuery does; exactly-once loading rests on it;
  6. the result of a script is that of its last SELECT, DML or DDL: COMMIT and ROLLBACK have none of their own;
  7. what a procedure does within a transaction is rolled back with it;
  8. a column that is declared NUMERIC(18, 2) has two decimal places;
  9. a column that ALTER TABLE has added is told with the table;
 10. a query job, and a script as its variables tell it, is billed 10 MB and takes 1 ms of slot time: made up, to be added;
 11. a text that was parsed or translated once is not again: most of its time goes there.
"""
import contextvars, inspect, re, sys, textwrap
from bqemulator.storage import engine as eng
from bqemulator.scripting import parser as par, interpreter as itp
from bqemulator.scripting.exceptions import ScriptRaise
from bqemulator.jobs import executor as ex
from bqemulator.api.routes import jobs as rj
from bqemulator.domain import errors as er
from bqemulator.sql import parameters as pm

# 1
_ls = eng.DuckDBEngine._load_spatial
def _load_spatial(self):
    try: self._connection.execute("LOAD spatial")
    except Exception: pass
eng.DuckDBEngine._load_spatial = _load_spatial

# 2
def _capture_balanced_block(self):
    cur = self._cursor; start = cur.pos; depth = 1; prev = None
    while not cur.at_eof():
        tok = cur.current; up = tok.value.upper() if tok.kind in ("KEYWORD", "IDENT") else tok.value
        at_stmt = prev in (None, ";", "THEN", "ELSE", "DO", "BEGIN", "LOOP", "TRANSACTION?")
        if up == "BEGIN":
            nx = cur.peek(1); nv = nx.value.upper() if nx.value else ""
            if nv not in ("TRANSACTION", ";"): depth += 1
        elif up == "CASE" and prev != "END": depth += 1
        elif up in ("IF", "LOOP", "WHILE", "FOR") and at_stmt and prev != "END": depth += 1
        elif up == "END":
            depth -= 1
            if depth == 0:
                end = cur.pos; body = cur.slice(start, end); cur.advance(); return body
        prev = up; cur.advance()
    raise er.InvalidQueryError("Unterminated BEGIN ... END block")
par.Parser._capture_balanced_block = _capture_balanced_block

# 3
src = textwrap.dedent(inspect.getsource(itp.ScriptInterpreter._exec_begin)).replace("await self._drop_txn_snapshots()", "pass")
ns = {}; exec(compile("from __future__ import annotations\n" + src, "patched", "exec"), itp.__dict__, ns)
itp.ScriptInterpreter._exec_begin = ns["_exec_begin"]

# 4
_params = contextvars.ContextVar("params", default=None)
_rqb = ex._run_query_body
async def _run_query_body(*a, **k):
    b = inspect.signature(_rqb).bind(*a, **k).arguments
    tok = _params.set(b.get("query_params"))
    try: return await _rqb(*a, **k)
    finally: _params.reset(tok)
ex._run_query_body = _run_query_body
_ASSERT = re.compile(r"\bASSERT\b\s*(.+?)\s+AS\s+('(?:[^'\\]|\\.)*')\s*(?=;|$)", re.I | re.S)
def _pre(s):
    s = re.sub(r"@@row_count\b", "__row_count__", s, flags=re.I)
    s = re.sub(r"@@error\.message\b", "__error_message__", s, flags=re.I)
    return _ASSERT.sub(r"SELECT IF(\1, 'ok', ERROR(\2))", s)
_run = itp.ScriptInterpreter.run
async def run(self, source):
    source = _pre(source)
    self._frames.declare("__row_count__", "INT64", 0)
    for p in _params.get() or []:
        n = p.get("name")
        if n:
            source = re.sub(r"(?<!@)@%s\b" % re.escape(n), f"__p_{n}", source)
            self._frames.declare(f"__p_{n}", "ANY", pm._extract_value(p))
    tok = _params.set(None)
    try: return await _run(self, source)
    finally: _params.reset(tok)
itp.ScriptInterpreter.run = run
_invoke_base = itp.ScriptInterpreter._invoke_procedure
src = textwrap.dedent(inspect.getsource(_invoke_base)).replace("nested.run(routine.definition_body)", 'nested.run("BEGIN\\n" + routine.definition_body + "\\nEND")')
ns = {}; exec(compile("from __future__ import annotations\n" + src, "patched2", "exec"), itp.__dict__, ns)
itp.ScriptInterpreter._invoke_procedure = ns["_invoke_procedure"]
_rq = itp.ScriptInterpreter._run_query
async def _run_query(self, sql):
    r = await _rq(self, sql)
    if re.match(r"\s*(insert|update|delete|merge|truncate)\b", sql, re.I) and r.num_columns == 1 and r.num_rows == 1 and self._frames.has("__row_count__"):
        self._frames.set("__row_count__", r.column(0)[0].as_py())
    return r
itp.ScriptInterpreter._run_query = _run_query
_rs = ex._run_script
async def _run_script(*a, **k):
    try: return await _rs(*a, **k)
    except ScriptRaise as e: raise er.InvalidQueryError(e.message) from e
ex._run_script = _run_script

# 5
_seen = set()
def _once(fn, pos):
    async def w(*a, **k):
        key = (a[0], a[pos]); 
        if key in _seen: raise er.AlreadyExistsError(f"Already Exists: Job {a[0]}:US.{a[pos]}")
        _seen.add(key)
        try: return await fn(*a, **k)
        except BaseException: _seen.discard(key); raise
    return w
for n in ("_handle_query_job", "_handle_load_job_with_async_envelope", "execute_extract_job", "execute_copy_job"):
    setattr(rj, n, _once(getattr(rj, n), 1))

# 6
_es = itp.ScriptInterpreter._exec_sql
async def _exec_sql(self, sql):
    before = self._final_table; await _es(self, sql)
    if itp._classify_txn_statement(sql.strip()) is not None: self._final_table = before
itp.ScriptInterpreter._exec_sql = _exec_sql

# 7
src = textwrap.dedent(inspect.getsource(_invoke_base)).replace("nested.run(routine.definition_body)", 'nested.run("BEGIN\\n" + routine.definition_body + "\\nEND")').replace("    for param, value in", "    _join(self, nested)\n    for param, value in", 1)
async def _nothing(): pass
def _join(outer, nested):
    if outer._active_txn is None: return
    nested._active_txn = outer._active_txn
    nested._drop_txn_snapshots = nested._restore_txn_snapshots = _nothing
itp._join = _join
ns = {}; exec(compile("from __future__ import annotations\n" + src, "patched7", "exec"), itp.__dict__, ns)
itp.ScriptInterpreter._invoke_procedure = ns["_invoke_procedure"]

# 8
from bqemulator.api.routes import tables as rt
_parse, _rest, _columns = rt._parse_schema_fields, rt._field_to_rest, rt.bq_schema_to_duckdb_columns
def _parse_schema_fields(raw):
    exact = [{"precision": int(f["precision"]), "scale": int(f["scale"])} if f.get("scale") else {} for f in raw]
    return tuple(field.model_copy(update=u) for field, u in zip(_parse(raw), exact))
def _field_to_rest(f):
    return _rest(f) | ({} if f.scale is None else {"precision": str(f.precision), "scale": str(f.scale)})
def _with_scale(fields):
    exact = {f["name"]: f"DECIMAL({f['precision']}, {f['scale']})" for f in fields if f.get("scale")}
    return [(name, exact.get(name, kind)) for name, kind in _columns(fields)]
rt._parse_schema_fields, rt._field_to_rest, rt.bq_schema_to_duckdb_columns = _parse_schema_fields, _field_to_rest, _with_scale

# 9
_single = ex._run_single_sql
_ADDED = re.compile(r"\s*ALTER TABLE `([^`.]+)\.([^`.]+)\.([^`.]+)` ADD COLUMN (?:IF NOT EXISTS )?(\w+) (\w+)", re.I)
async def _run_single_sql(project_id, bq_sql, query_params, ctx, **k):
    result = await _single(project_id, bq_sql, query_params, ctx, **k)
    if m := _ADDED.match(bq_sql):
        meta = ctx.catalog.get_table(*m.group(1, 2, 3))
        field, = rt._parse_schema_fields([{"name": m[4], "type": m[5]}])
        schema = meta.schema_.model_copy(update={"fields": (*meta.schema_.fields, field)})
        ctx.catalog.update_table(meta.model_copy(update={"schema_": schema}))
    return result
ex._run_single_sql = _run_single_sql

# 10
_statistics = ex._build_query_statistics
def _build_query_statistics(**k):
    told = _statistics(**k)
    return {"totalSlotMs": "1", "query": told["query"] | {"totalBytesBilled": "10485760"}}
ex._build_query_statistics = _build_query_statistics
_SCRIPT = {"job_id": "'a script'", "bytes_billed": "10485760", "slot_ms": "1"}
_counting = itp.ScriptInterpreter._run_query
def _run_query(self, sql): return _counting(self, re.sub(r"@@script\.(\w+)", lambda m: _SCRIPT[m[1]], sql))
itp.ScriptInterpreter._run_query = _run_query

# 11
import functools, gc, types
from sqlglot.dialects.dialect import Dialect
from bqemulator.catalog import ddl_sync
from bqemulator.jobs import routine_ddl
from bqemulator.sql import inner_query
from bqemulator.sql.translator import SQLTranslator
_parsed, _translated, _reading = {}, {}, False
_dialect_parse, _translate = Dialect.parse, SQLTranslator.translate
def _parse_once(self, sql, **options):
    key = (type(self), sql, repr(options))
    if key not in _parsed: _parsed[key] = _dialect_parse(self, sql, **options)
    return _parsed[key] if _reading else [tree and tree.copy() for tree in _parsed[key]]
def _only_reads(fn):
    def w(*a, **k):
        global _reading
        before, _reading = _reading, True
        try: return fn(*a, **k)
        finally: _reading = before
    return w
for module, names in (
    (ddl_sync, ("_detect_catalog_drop", "_detect_create_schema", "_detect_plain_create_table", "_detect_plain_create_view")),
    (itp, ("_dml_targets", "_is_row_producing")), (inner_query, ("build_catalog_schema",)),
    (ex, ("_reject_dml_on_immutable",)), (routine_ddl, ("detect_drop_routine",)),
):
    for n in names: setattr(module, n, _only_reads(getattr(module, n)))
def _translate_once(self, sql, *, schema=None, caller=None, **k):
    key = (sql, repr(schema), repr(caller))
    if key not in _translated: _translated[key] = _translate(self, sql, schema=schema, caller=caller, **k)
    return _translated[key]
Dialect.parse, SQLTranslator.translate = _parse_once, _translate_once
# A script's text with its variables as parameters is the same whatever their values are, but for NULL and structs.
_rewritten, _rewrite_vars = {}, itp._rewrite_vars_to_params
def _rewrite_vars_once(sql, frames):
    visible = frames.all_visible()
    if any(isinstance(v.value, dict) for v in visible.values()): return _rewrite_vars(sql, frames)
    key = (sql, tuple((name, v.type_name, v.value is None) for name, v in visible.items()))
    if key not in _rewritten:
        named = {n: types.SimpleNamespace(type_name=v.type_name, value=None if v.value is None else n) for n, v in visible.items()}
        _rewritten[key] = _rewrite_vars(sql, types.SimpleNamespace(all_visible=lambda: named))
    text, names = _rewritten[key]
    return text, [None if name is None else visible[name].value for name in names]
itp._rewrite_vars_to_params = _rewrite_vars_once
itp.parse_script = functools.cache(itp.parse_script)
itp.rewrite_table_refs = functools.cache(itp.rewrite_table_refs)
# What is kept would be looked through at every collection.
gc.set_threshold(100_000, 50, 1_000)

from bqemulator.cli import main
main()
