"""usage: gsqlcheck.py SCHEMA_DIR SQL_DIR...   (official GoogleSQL analyzer in wasm; no network, no credentials)"""
import hashlib, importlib.metadata, os, pathlib, re, sys, tempfile, time
import wasmtime
import zetasql.wasi as zw
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as L
from zetasql.wasi._pb2.zetasql.proto import options_pb2 as O, simple_catalog_pb2 as C
from zetasql.wasi._pb2.zetasql.public import options_pb2 as PO, type_pb2 as T

class SqlError(Exception): pass

class Wasm:
    def __init__(self):
        src = zw.get_wasm_path(); cfg = wasmtime.Config(); cfg.shared_memory = True
        eng = wasmtime.Engine(cfg)
        tag = hashlib.sha256(f"{importlib.metadata.version('wasmtime')}{src.stat().st_size}{src.stat().st_mtime_ns}".encode()).hexdigest()[:16]
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / f"gsqlcheck-{tag}.cwasm"
        if not cache.exists():  # one-off ahead-of-time compile: ~37 s on 2 cores, ~1 GB RSS
            cache.parent.mkdir(parents=True, exist_ok=True)
            data = wasmtime.Module.from_file(eng, str(src)).serialize()
            tmp = tempfile.NamedTemporaryFile(dir=cache.parent, delete=False); tmp.write(data); tmp.close(); os.replace(tmp.name, cache)
        mod = wasmtime.Module.deserialize_file(eng, str(cache))
        self.st = wasmtime.Store(eng); wasi = wasmtime.WasiConfig(); wasi.inherit_stderr()
        import tzdata; wasi.preopen_dir(os.path.join(os.path.dirname(tzdata.__file__), "zoneinfo"), "/usr/share/zoneinfo")
        self.st.set_wasi(wasi); ln = wasmtime.Linker(eng); ln.define_wasi()
        self.ex = ln.instantiate(self.st, mod).exports(self.st); self.ex["_initialize"](self.st); self.mem = self.ex["memory"]
    def call(self, fn, req, resp):
        st, ex, mem, b = self.st, self.ex, self.mem, req.SerializeToString()
        p, q = ex["wasm_malloc"](st, max(len(b), 1)), ex["wasm_malloc"](st, 4)
        try:
            self._write(p, b); r = ex["ZetaSqlLocalService_" + fn](st, p, len(b), q)
            if not r:
                raise SqlError(re.sub(r"^Code: 3, Message: ", "", self._read(ex["wasm_get_last_error"](st), ex["wasm_get_last_error_size"](st)).decode()))
            out = self._read(r, int.from_bytes(self._read(q, 4), "little")); ex["wasm_free"](st, r)
            return resp.FromString(out)
        finally:
            ex["wasm_free"](st, p); ex["wasm_free"](st, q)
    def _addr(self):
        import ctypes
        return ctypes.cast(self.mem.data_ptr() if isinstance(self.mem, wasmtime.SharedMemory) else self.mem.data_ptr(self.st), ctypes.c_void_p).value
    def _read(self, p, n):
        import ctypes
        return ctypes.string_at(self._addr() + (p & 0xFFFFFFFF), n)
    def _write(self, p, b):
        import ctypes
        ctypes.memmove(self._addr() + (p & 0xFFFFFFFF), b, len(b))

NOT_BQ = """EXTENDED_TYPES PROTO_BASE SPANNER_LEGACY_DDL DISALLOW_GROUP_BY_FLOAT TIMESTAMP_NANOS TIMESTAMP_PICOS UUID_TYPE MAP_TYPE
 LATERAL_COLUMN_REFERENCES LATERAL_JOIN FOR_UPDATE INSERT_ON_CONFLICT_CLAUSE ROW_TYPE UPDATE_CONSTRUCTOR LIMIT_ALL
 ALLOW_SLASH_PATHS STRUCT_POSITIONAL_ACCESSOR TTL AGGREGATE_FILTERING""".split()

def get(m, f):  # field of a proto that nests its base class as `parent`
    while f not in m.DESCRIPTOR.fields_by_name: m = m.parent
    return getattr(m, f)
def has(m, f):
    return f in m.DESCRIPTOR.fields_by_name and m.HasField(f)
def un(m):  # AnyXxxProto -> concrete node
    while "node" in m.DESCRIPTOR.oneofs_by_name: m = getattr(m, m.WhichOneof("node"))
    return m
def key(path): return ".".join(path).lower()

class Gsql:
    def __init__(self):
        self.w = Wasm()
        self.lang = self.w.call("GetLanguageOptions", L.LanguageOptionsRequest(maximum_features=True), O.LanguageOptionsProto)
        off = {PO.LanguageFeature.Value("FEATURE_" + n) for n in NOT_BQ}
        feats = [f for f in self.lang.enabled_language_features if f not in off] + [PO.LanguageFeature.Value("FEATURE_" + n) for n in "DISABLE_FLOAT32 CREATE_TABLE_CLONE CREATE_TABLE_COPY CREATE_SNAPSHOT_TABLE".split()]
        del self.lang.enabled_language_features[:]; self.lang.enabled_language_features.extend(feats)
        self.lang.product_mode = PO.PRODUCT_EXTERNAL; self.lang.reserved_keywords.append("QUALIFY")
        del self.lang.supported_statement_kinds[:]  # empty = all
        self.opt = self.w.call("GetAnalyzerOptions", L.AnalyzerOptionsRequest(), O.AnalyzerOptionsProto)
        self.opt.ClearField("allowed_hints_and_options"); self.opt.language_options.CopyFrom(self.lang); self.opt.error_message_mode = PO.ERROR_MESSAGE_ONE_LINE; self.opt.allow_undeclared_parameters = True
        for k, names in ((T.TYPE_STRING, "error.message error.statement_text error.formatted_stack_trace project_id dataset_id time_zone session_id script.job_id"), (T.TYPE_INT64, "row_count script.bytes_processed script.bytes_billed script.slot_ms")):
            for n in names.split(): self.opt.system_variables.add(name_path=n.split("."), type=T.TypeProto(type_kind=k))
        self.calls = 0
    def parse(self, sql): return self.w.call("Parse", L.ParseRequest(sql_statement=sql, options=self.lang, allow_script=True), L.ParseResponse).parsed_script
    def analyze(self, cat_id, cat, **kw):
        self.calls += 1; r = L.AnalyzeRequest(options=self.opt, **kw)
        if cat_id is not None: r.registered_catalog_id = cat_id
        else: r.simple_catalog.CopyFrom(cat)
        return self.w.call("Analyze", r, L.AnalyzeResponse)

class Env:
    def __init__(self, o=None):
        self.tables, self.procs, self.funcs = (dict(o.tables), dict(o.procs), dict(o.funcs)) if o else ({}, {}, {})
        self.vars = []
    def var(self, n): return next((m[n.lower()] for m in reversed(self.vars) if n.lower() in m), None)
    def catalog(self, g):
        root = C.SimpleCatalogProto(name="root"); root.builtin_function_options.language_options.CopyFrom(g.lang); subs = {(): root}
        def at(p):
            if p not in subs: subs[p] = at(p[:-1]).catalog.add(name=p[-1])
            return subs[p]
        for i, (full, cols) in enumerate(self.tables.items()):
            p = tuple(full.split("."))
            for j, (c, name) in enumerate([(at(p[:-1]), p[-1])] + ([(root, full)] if len(p) > 1 else [])):
                t = c.table.add(name=name, serialization_id=2 * i + j + 1, full_name=full)
                for n, ty in cols: t.column.add(name=n, type=ty, is_writable_column=True)
        for full, sig in self.procs.items():
            p = full.split("."); at(tuple(p[:-1])).procedure.add(name_path=p, signature=sig)
            if len(p) > 1: root.procedure.add(name_path=[full], signature=sig)
        for full, (sig, agg, tmpl) in self.funcs.items():
            p = full.split("."); at(tuple(p[:-1])).custom_function.add(**{**dict(name_path=p, group="udf", mode=2 if agg else 1, signature=[sig]), **tmpl})
        for n in "INT SMALLINT INTEGER BIGINT TINYINT BYTEINT".split(): root.named_type.add(name=n, type=INT64)
        seen = set()
        for m in reversed(self.vars):
            for n, ty in m.items():
                if n not in seen: seen.add(n); c = root.constant.add(name_path=[n], type=ty); c.value.SetInParent()
        return root

BOOL, INT64, STRING = (T.TypeProto(type_kind=k) for k in (T.TYPE_BOOL, T.TYPE_INT64, T.TYPE_STRING))
def tname(t): return T.TypeKind.Name(t.type_kind)[5:]

class Checker:
    def __init__(self, g, env, sql): self.g, self.env, self.src, self.errors, self.dirty, self.id = g, env, sql.encode(), [], True, None
    def rng(self, n): r = get(n, "parse_location_range"); return r.start, r.end
    def text(self, n): s, e = self.rng(n); return self.src[s:e].decode()
    def at(self, n): s, e = self.rng(n); return (re.sub(rb"[^\n]", b" ", self.src[:s]) + self.src[s:e]).decode()  # keeps line:col
    def err(self, n, m):
        if "[at " not in m:
            pre = self.src[: self.rng(n)[0]]; m += f" [at {pre.count(10) + 1}:{len(pre) - pre.rfind(b'%c' % 10)}]"
        self.errors.append(m)
    def analyze(self, **kw):
        if self.dirty:
            self.release(); self.dirty = False
            self.id = self.g.w.call("RegisterCatalog", L.RegisterCatalogRequest(simple_catalog=self.env.catalog(self.g)), L.RegisterResponse).registered_id
        return self.g.analyze(self.id, None, **kw)
    def release(self):
        if self.id is not None:
            from google.protobuf import empty_pb2
            self.g.w.call("UnregisterCatalog", L.UnregisterRequest(registered_id=self.id), empty_pb2.Empty); self.id = None
    def run(self):
        try:
            ast = self.g.parse(self.src.decode()); self.dq(ast); self.walk(ast.statement_list_node)
        except SqlError as e: self.errors.append(str(e))
        self.release(); return self.errors
    def dq(self, m):  # "x" is a STRING literal in GoogleSQL: forbid it, so that quoted identifiers of other dialects cannot slip in
        if m.DESCRIPTOR.name == "ASTStringLiteralComponentProto" and self.src[self.rng(m)[0]: self.rng(m)[0] + 1] == b'"': self.err(m, "Double-quoted string literal " + self.text(m))
        for f, v in m.ListFields():
            if f.message_type:
                for x in v if f.is_repeated else [v]: self.dq(x)
    def walk(self, lst, scope=True):
        if scope: self.env.vars.append({})
        for s in lst.statement_list: self.stmt(un(s))
        if scope: self.env.vars.pop(); self.dirty = True
    def expr(self, n):
        n = un(n)
        try: return get(un(self.analyze(sql_expression=self.at(n)).resolved_expression), "type")
        except SqlError as e: self.err(n, str(e))
    def want(self, n, kind, what):
        t = self.expr(n)
        if t is not None and t.type_kind != kind: self.err(un(n), f"{what} must be {T.TypeKind.Name(kind)[5:]}, is {tname(t)}")
    def assign(self, where, what, ty, text):
        cat = self.env.catalog(self.g); t = cat.table.add(name="__asg", serialization_id=10**6); t.column.add(name="v", type=ty, is_writable_column=True)
        try: self.g.analyze(None, cat, sql_statement=f"UPDATE __asg SET v = ({text}\n) WHERE TRUE")
        except SqlError as e: self.err(where, f"Cannot assign to {what} ({tname(ty)}): " + re.sub(r" ?\[at .*", "", str(e)))
    def declare(self, n, ty, where):
        if n.lower() in self.env.vars[-1]: self.err(where, "Duplicate variable " + n)
        self.env.vars[-1][n.lower()] = ty; self.dirty = True
    def stmt(self, s):
        k = s.DESCRIPTOR.name[3:-5]
        if k == "BeginEndBlock":
            self.walk(s.statement_list_node)
            for h in s.handler_list.exception_handler_list: self.walk(h.statement_list)
        elif k == "VariableDeclaration":
            n0, ty, dt = len(self.errors), None, None
            if s.HasField("type"):
                try: ty = get(un(self.analyze(sql_expression=f"CAST(NULL AS {self.text(un(s.type))})").resolved_expression), "type")
                except SqlError as e: self.err(un(s.type), re.sub(r" ?\[at .*", "", str(e)))
            if s.HasField("default_value"): dt = self.expr(s.default_value)
            if ty is not None and dt is not None: self.assign(s, "DECLARE default", ty, self.text(un(s.default_value)))
            for i in s.variable_list.identifier_list: self.declare(i.id_string, ty if ty is not None else dt if dt is not None else INT64, i)
        elif k == "SingleAssignment":
            ty = self.env.var(s.variable.id_string)
            if ty is None: self.err(s, "Undeclared variable: " + s.variable.id_string)
            elif self.expr(s.expression) is not None: self.assign(s, s.variable.id_string, ty, self.text(un(s.expression)))
        elif k == "AssignmentFromStruct":
            st = T.TypeProto(type_kind=T.TYPE_STRUCT); ok = self.expr(s.struct_expression) is not None
            for i in s.variables.identifier_list:
                ty = self.env.var(i.id_string)
                if ty is None: ok = False; self.err(i, "Undeclared variable: " + i.id_string)
                else: st.struct_type.field.add(field_name="", field_type=ty)
            if ok: self.assign(s, "(variables)", st, self.text(un(s.struct_expression)))
        elif k == "IfStatement":
            self.want(s.condition, T.TYPE_BOOL, "Condition"); self.walk(s.then_list, False)
            for e in s.elseif_clauses.elseif_clauses: self.want(e.condition, T.TYPE_BOOL, "Condition"); self.walk(e.body, False)
            self.walk(s.else_list, False)
        elif k == "CaseStatement":
            if s.HasField("expression"): self.expr(s.expression)
            for w in s.when_then_clauses.when_then_clauses: self.expr(w.condition); self.walk(w.body, False)
            self.walk(s.else_list, False)
        elif k == "ForInStatement":
            try:
                q = self.analyze(sql_statement=self.at(s.query)).resolved_statement.resolved_query_stmt_node
                st = T.TypeProto(type_kind=T.TYPE_STRUCT); st.struct_type.SetInParent()
                for c in q.output_column_list: st.struct_type.field.add(field_name=c.name, field_type=c.column.type)
                self.env.vars.append({}); self.declare(s.variable.id_string, st, s); self.walk(get(s, "body"), False); self.env.vars.pop(); self.dirty = True
            except SqlError as e: self.err(s, str(e))
        elif k in ("WhileStatement", "RepeatStatement"):
            c = s.condition if k == "WhileStatement" else s.until_clause.condition
            if c.WhichOneof("node"): self.want(c, T.TYPE_BOOL, "Condition")  # LOOP = WHILE without condition
            self.walk(get(s, "body"), False)
        elif k == "RaiseStatement":
            if s.HasField("message"): self.want(s.message, T.TYPE_STRING, "RAISE message")
        elif k in ("BreakStatement", "ContinueStatement", "ReturnStatement"): pass
        else: self.leaf(s)
    def leaf(self, s):
        try: r = un(self.analyze(sql_statement=self.at(s)).resolved_statement)
        except SqlError as e: return self.err(s, str(e))
        k, env = r.DESCRIPTOR.name[8:-5], self.env
        if k in ("CreateTableStmt", "CreateTableAsSelectStmt", "CreateExternalTableStmt"):
            cols = [(d.name, d.type) for d in get(r, "column_definition_list")]
            for f in ("clone_from", "copy_from"):
                if has(r, f): cols += env.tables.get(key([get(un(getattr(r, f)), "table").full_name]), [])
            env.tables[key(get(r, "name_path"))] = cols
        elif k in ("CreateViewStmt", "CreateMaterializedViewStmt"): env.tables[key(get(r, "name_path"))] = [(c.name, c.column.type) for c in get(r, "output_column_list")]
        elif k == "CreateFunctionStmt": 
            tmpl = {} if all(a.kind == 0 for a in r.signature.argument) else dict(group="Templated_SQL_Function", templated_sql_function_argument_name=list(r.argument_name_list), parse_resume_location=dict(input=r.code, byte_position=0))
            env.funcs[key(get(r, "name_path"))] = (r.signature, r.is_aggregate, tmpl)
        elif k == "AlterTableStmt":
            n = key(get(r, "name_path"))
            if n not in env.tables and not get(r, "is_if_exists"): self.err(s, "Table not found: " + n)
            add = [un(a) for a in get(r, "alter_action_list")]
            env.tables[n] = env.tables.get(n, []) + [(a.column_definition.name, a.column_definition.type) for a in add if a.DESCRIPTOR.name == "ResolvedAddColumnActionProto"]
        elif k == "DropStmt": env.tables.pop(key(r.name_path), None)
        elif k == "CreateProcedureStmt":
            r.signature.return_type.kind = 0; r.signature.return_type.type.CopyFrom(INT64)  # void result crashes re-import
            env.procs[key(get(r, "name_path"))] = r.signature; saved, env.vars = env.vars, [{}]
            for n, a in zip(r.argument_name_list, r.signature.argument): self.declare(n, a.type, s)
            self.walk(s.body.statement_list_node, False); env.vars = saved
        else: return
        self.dirty = True

if __name__ == "__main__":
    import resource
    t0 = time.time(); g = Gsql(); print(f"engine ready {time.time() - t0:.2f} s"); base, bad = Env(), 0
    for i, d in enumerate(sys.argv[1:]):
        for f in sorted(pathlib.Path(d).rglob("*.sql")):
            t, c0 = time.time(), g.calls; e = Checker(g, base if i == 0 else Env(base), f.read_text()).run(); bad += bool(e)
            print("FAIL" if e else "OK  ", f, f"({(time.time() - t) * 1000:.0f} ms, {g.calls - c0} calls)"); [print("      ", x) for x in e]
    print(f"{bad} bad, {time.time() - t0:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB RSS"); sys.exit(bad > 0)
