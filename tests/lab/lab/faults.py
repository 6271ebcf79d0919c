"""The faults: each a row that says what it needs, what it changes in a plan, and what its traces are.

`claims` are the groups of errors (see `errors.py`) by which a failed test is a victim of the fault.
`cause` is the class of the first cause, `also` the classes that a careful reader may give instead,
because the logs alone cannot tell them apart. `effects` are classes that follow, by group of error.
A fault counts only if the run shows that it took place: `proof` says what has to be seen.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.plan import Plan, Scene
from lab.programs import Program


@dataclass(frozen=True)
class Fault:
    name: str
    group: str
    prepare: Callable[[Scene], object]
    cause: str | None = None
    also: tuple[str, ...] = ()
    effects: dict[str, str] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    culprits: tuple[str, ...] = ()      # deeds whose tests did it
    tolerates: tuple[str, ...] = ()     # classes that may be found, and are not asked for
    proof: str = "victims"              # victims, culprits, history, none
    deeds: tuple[str, ...] = ()
    setup: str | None = None
    servers: tuple[str, ...] = ()
    connections: int = 1                # how many a test of its takes at once: a smaller pool would starve it first
    pool: bool = False
    parallel: bool = False
    processes: bool = False
    benign: bool = False
    weight: int = 4
    order: int = 5                      # faults that lay tests out come before those that look at them

    def excludes(self, other: Fault) -> bool:
        """Whether two faults would fight for one thing, or could not be told apart afterwards."""
        absent, dead = {"arrival"}, {"death", "end"}
        groups = {self.group, other.group}
        return (self.group == other.group or bool(self.setup and other.setup) or groups == {"pool", "end"}
                or bool(groups & absent and groups & dead and not (self.benign or other.benign)))

    def fits(self, plan: Plan, program: Program) -> bool:
        return (all(deed in program.deeds for deed in self.deeds)
                and (self.setup is None or self.setup in program.setups)
                and (not self.servers or plan.server in self.servers)
                and (not self.pool or program.has_pool)
                and (not self.parallel or program.workers != "one")
                and (not self.processes or program.workers == "processes"))


FAULTS: dict[str, Fault] = {}
ANY_DB = frozenset({"pool", "slots", "refused", "host", "auth", "no-database", "lock", "deadlock", "unique",
                    "exists", "missing", "gone", "misuse", "database"})


def fault(name: str, group: str, **row):
    """Registers the decorated function as what prepares a plan for the fault."""
    def register(prepare):
        row["claims"] = frozenset(row.get("claims", ()))
        FAULTS[name] = Fault(name, group, prepare, **row)
        return prepare
    return register


def far(scene: Scene) -> int:
    """A key that no sequence comes to while the run lasts; MariaDB locks the gap up to it, so its is the first."""
    return 700001 if scene.plan.server == "postgres" else 1


EMPTY = {"pool": "exhaustion", "slots": "exhaustion"}
REMOTE = ("postgres", "mariadb", "pgbouncer", "redis")
DRY = ("pool", "slots", "test-timeout")     # a pool without a time-out of its own leaves it to the runner


# --- connections that nobody gives back -------------------------------------------------------------

@fault("leak that fills the pool", "pool", cause="leak", effects=EMPTY, claims=DRY,
       culprits=("leak", "leak_error"), proof="culprits", deeds=("leak",), pool=True, weight=8)
def leak_fill(scene: Scene):
    plan = scene.plan
    plan.pool_size = max(scene.rng.choice((1, 2, 2, 3)), scene.program.manifest.get("pool_min", 1))
    file = scene.file()
    deed = scene.rng.choice([deed for deed in ("leak", "leak_error") if deed in scene.program.deeds])
    shares = plan.workers if scene.program.manifest.get("spread") else 1
    scene.put(deed, min(8, plan.pool_size * shares + 1), file, "last")
    scene.put("ok", scene.rng.randint(2, 4), file, "last")


@fault("leak of a few", "pool", cause="leak", claims=(), culprits=("leak", "leak_error"), proof="culprits",
       deeds=("leak",), pool=True, weight=6)
def leak_some(scene: Scene):
    scene.plan.pool_size = 5
    deed = scene.rng.choice([deed for deed in ("leak", "leak_error") if deed in scene.program.deeds])
    scene.put(deed, scene.rng.randint(1, 2))


@fault("set-up that leaks", "setup", cause="leak", effects=EMPTY, claims=DRY,
       proof="victims", setup="leaky", pool=True)
def leak_setup(scene: Scene):
    scene.plan.setup = "leaky"
    scene.plan.pool_size = 2


@fault("transaction left open", "lock", cause="leak", also=("lock",), effects=EMPTY | {"lock": "lock", "gone": "lock"},
       claims=("lock", "gone", *DRY), culprits=("open_tx",), deeds=("open_tx", "write_shared"), servers=("postgres", "mariadb"))
def open_transaction(scene: Scene):
    table, file = scene.rng.choice(scene.plan.tables), scene.file()
    scene.plan.pool_size = max(scene.plan.pool_size, 3)
    scene.put("open_tx", 1, file, "last", table=table, key=far(scene))
    scene.put("write_shared", scene.rng.randint(1, 2), file, "last", table=table, key=far(scene))


# --- pools and servers that are too small -----------------------------------------------------------

@fault("pool too small", "pool", cause="exhaustion", claims=DRY, culprits=("many",), deeds=("many",), pool=True)
def pool_small(scene: Scene):
    plan = scene.plan
    plan.pool_size = scene.rng.choice((1, 2, 3))
    for _ in range(scene.rng.randint(1, 3)):
        scene.put("many", 1, n=plan.pool_size + scene.rng.randint(1, 3), seconds=plan.pool_timeout + 1)


@fault("nested checkout", "pool", cause="exhaustion", also=("leak",), claims=DRY, culprits=("nested",),
       deeds=("nested",), pool=True)
def nested(scene: Scene):
    scene.plan.pool_size = 1
    scene.put("nested", scene.rng.randint(1, 3), n=2)


@fault("server out of slots", "pool", cause="exhaustion", claims=("slots", "refused", "pool"), culprits=("many",), deeds=("many",),
       servers=("postgres", "mariadb", "redis"), pool=True)
def slots(scene: Scene):
    plan = scene.plan
    plan.pool_size = scene.rng.choice((8, 10, 12))
    limit = scene.rng.randint(3, 5)
    option = {"postgres": ("max_connections", limit + 2), "mariadb": ("max_connections", max(10, limit)),
              "redis": ("maxclients", limit + 1)}[plan.server]
    plan.server_options[option[0]] = option[1]
    wanted = (limit if plan.server != "mariadb" else 10) + 2
    plan.pool_size = max(plan.pool_size, wanted + 2)
    scene.put("many", scene.rng.randint(1, 2), n=wanted, seconds=0.6)


@fault("pools too large together", "pool", cause="exhaustion", claims=("slots", "refused"), culprits=("many",), deeds=("many",),
       servers=("postgres",), pool=True, parallel=True, processes=True)
def pools_together(scene: Scene):
    plan = scene.plan
    plan.workers, plan.pool_size = scene.rng.choice((3, 4)), 4
    plan.server_options["max_connections"] = 2 + 6
    for file in plan.files:
        scene.put("many", 2, file, n=4, seconds=0.8)


@fault("pooler lets wait too long", "pool", cause="exhaustion", claims=("pool", "gone", "slots"), culprits=("many",),
       deeds=("many",), servers=("pgbouncer",), pool=True, weight=8)
def pooler(scene: Scene):
    plan = scene.plan
    plan.pool_size = 8
    plan.pooler_options |= {"default_pool_size": 2, "query_wait_timeout": 1}
    scene.put("many", scene.rng.randint(1, 2), n=scene.rng.randint(4, 5), seconds=3)


# --- servers that are not there, or others ----------------------------------------------------------

@fault("late server, everybody waits", "arrival", cause=None, claims=("refused", "gone", "pool", "test-timeout"), benign=True,
       proof="history", setup="retry", servers=REMOTE)
def late_recovers(scene: Scene):
    scene.plan.setup, scene.plan.start = "retry", "late"
    scene.plan.delay = scene.rng.choice((1.5, 2.5, 3.5))


@fault("late server", "arrival", cause="startup-race", also=("init-failure",), claims=("refused", "gone", "pool", "test-timeout"), setup="plain", servers=REMOTE)
def late_fails(scene: Scene):
    scene.plan.setup, scene.plan.start = "plain", "late"
    scene.plan.delay = scene.rng.choice((2.0, 3.0, 4.0))


@fault("server never there", "arrival", cause="startup-race", also=("init-failure", "config-drift"),
       claims=("refused", "gone", "pool", "test-timeout"), setup="plain", servers=REMOTE)
def never(scene: Scene):
    plan = scene.plan
    plan.start = "never"
    plan.setup = scene.rng.choice([name for name in ("plain", "retry") if name in scene.program.setups])


@fault("wrong address", "arrival", cause="config-drift", also=("startup-race", "init-failure"),
       claims=("refused", "host", "gone", "pool", "no-database", "auth"), setup="plain", servers=REMOTE, weight=6)
def wrong_address(scene: Scene):
    plan, rng = scene.plan, scene.rng
    what = rng.choice(("host", "port") if plan.server == "redis" else ("host", "port", "database", "user", "password"))
    plan.told[what] = {"host": rng.choice(("db.internal", "postgres-test", "sql.local")), "port": "5544",
                       "database": f"{plan.project}_staging", "user": "deploy", "password": "wrong-one"}[what]
    if what in ("database", "user", "password") and plan.server == "pgbouncer":
        plan.told = {"port": "5544"}


@fault("settings read too early", "setup", cause="config-drift", also=("startup-race", "init-failure"),
       claims=("missing", "refused", "no-database", "auth", "gone", "pool"), setup="cached", weight=8)
def cached(scene: Scene):
    scene.plan.setup = "cached"


@fault("schema missing", "setup", cause="init-failure", also=("startup-race", "config-drift"), claims=("missing",), setup="missing")
def missing(scene: Scene):
    scene.plan.setup = "missing"


@fault("set-up that fails", "setup", cause="init-failure", also=("startup-race",), claims=ANY_DB, setup="broken")
def broken(scene: Scene):
    scene.plan.setup = "broken"


@fault("tear-down blocked", "setup", cause="cleanup", also=("leak", "lock"), claims=("lock", "gone"), culprits=("open_tx",),
       proof="culprits", setup="drops", deeds=("open_tx",), servers=("postgres", "mariadb"))
def teardown_blocked(scene: Scene):
    scene.plan.setup, scene.plan.workers = "drops", 1
    scene.plan.pool_size = max(3, scene.plan.pool_size)
    scene.put("open_tx", 1, key=far(scene))


# --- workers in each other's way --------------------------------------------------------------------

@fault("migrations at once", "setup", cause="collision", also=("init-failure",), claims=("exists", "unique", "missing", "deadlock"),
       setup="unguarded", parallel=True, processes=True, servers=("postgres", "mariadb", "pgbouncer"), weight=8)
def twice(scene: Scene):
    scene.plan.setup = "unguarded"
    scene.plan.workers = max(2, scene.plan.workers)


@fault("one database for all workers", "shared", cause="collision", also=("lock",), claims=("unique", "deadlock", "count", "lock"),
       culprits=("shared",), deeds=("shared",), parallel=True, weight=8)
def same_database(scene: Scene):
    plan = scene.plan
    plan.workers = max(2, plan.workers)
    table = scene.rng.choice(plan.tables)
    for file in plan.files[:4]:
        scene.put("shared", scene.rng.randint(1, 2), file, "first", table=table, key=scene.rng.choice((1, 7, 42)))


# --- locks ------------------------------------------------------------------------------------------

@fault("deadlock", "lock", cause="lock", claims=("deadlock", "lock"), culprits=("deadlock",), deeds=("deadlock",), connections=2)
def deadlock(scene: Scene):
    scene.put("deadlock", scene.rng.randint(1, 2))


@fault("lock wait", "lock", cause="lock", also=("leak",), claims=("lock", "gone"), culprits=("lock_wait",), deeds=("lock_wait",),
       connections=2)
def lock_wait(scene: Scene):
    scene.put("lock_wait", scene.rng.randint(1, 2))


# --- what dies --------------------------------------------------------------------------------------

@fault("backend killed", "death", cause="crash", claims=("gone", "refused", "misuse", "test-timeout"), deeds=("slow",), proof="victims",
       servers=("postgres", "mariadb", "redis"))
def backend_killed(scene: Scene):
    test = scene.put("slow", 1, seconds=2.5)[0]
    scene.when(test, "terminate", 1.0)


@fault("server restarted", "death", cause="crash", also=("startup-race",), claims=("gone", "refused", "pool", "missing", "test-timeout"),
       deeds=("slow",), servers=("postgres", "mariadb", "redis"))
def restarted(scene: Scene):
    test = scene.put("slow", 1, None, "first", seconds=3)[0]
    scene.when(test, "restart", 1.0, down=scene.rng.choice((0.5, 1.5)))


@fault("server crashed", "death", cause="crash", also=("startup-race",), claims=("gone", "refused", "pool", "test-timeout"), deeds=("slow",),
       servers=("postgres", "mariadb", "redis"))
def crashed(scene: Scene):
    test = scene.put("slow", 1, None, "first", seconds=3)[0]
    scene.when(test, "crash", 1.0)


@fault("worker killed", "death", cause="crash", claims=("died",), culprits=("die",), proof="culprits", deeds=("die",))
def worker_killed(scene: Scene):
    scene.put("die", 1)


@fault("job killed while it hangs", "end", cause="lock", also=("exhaustion", "timeout", "leak"), claims=("lock",), culprits=("hang",),
       proof="culprits", deeds=("hang",), connections=2)
def hang(scene: Scene):
    scene.plan.pool_size = max(scene.plan.pool_size, 2 + scene.plan.workers)     # it keeps two as long as the job runs
    test = scene.put("hang", 1)[0]
    scene.when(test, "kill job", 5.0)


# --- connections in the wrong hands -----------------------------------------------------------------

@fault("connection used by two", "misuse", cause="misuse", also=("crash",), claims=("misuse", "gone", "database"),
       culprits=("misuse",), deeds=("misuse",), weight=6)
def misuse(scene: Scene):
    scene.put("misuse", scene.rng.randint(1, 2))


@fault("engine of another loop", "misuse", cause="misuse", also=("crash",), claims=("misuse", "gone", "database"), setup="loops", weight=8)
def loops(scene: Scene):
    scene.plan.setup = "loops"


# --- harmless, and not the database's ---------------------------------------------------------------

@fault("busy and healthy", "pool", benign=True, proof="none", deeds=("many",), pool=True, weight=2)
def busy(scene: Scene):
    scene.plan.pool_size = max(3, scene.plan.pool_size)
    for _ in range(2):
        scene.put("many", 1, n=scene.plan.pool_size - 1, seconds=0.4)


@fault("a retry that recovers", "retry", benign=True, proof="none", deeds=("retry",), weight=2)
def retry(scene: Scene):
    scene.put("retry", scene.rng.randint(1, 2))


@fault("expected errors", "expected", benign=True, proof="none", deeds=("expected",), weight=2)
def expected(scene: Scene):
    scene.put("expected", scene.rng.randint(2, 4))


def unrelated(name: str, deed: str, weight: int = 2, **row):
    @fault(name, f"unrelated {deed}", **row, claims=("unrelated",), culprits=(deed,), deeds=(deed,), proof="victims", weight=weight)
    def prepare(scene: Scene):
        scene.put(deed, scene.rng.randint(1, 3))


unrelated("wrong expectation", "assertion", 3)
unrelated("HTTP time-out", "http")
unrelated("memory", "memory", 1, tolerates=("crash", "init-failure"))


@fault("import that fails", "unrelated import", claims=("unrelated",), proof="none", deeds=("import",), tolerates=("init-failure",))
def failing_import(scene: Scene):
    scene.put("ok", 2, scene.file(broken=True))
