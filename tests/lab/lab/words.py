"""Names that an ordinary project might use, so that nothing in a log gives the laboratory away."""
from __future__ import annotations

import re
from random import Random

PROJECTS = ("billing", "warehouse", "newsdesk", "clinic", "ferry", "orchard", "ledgerbook", "parcels", "library",
            "ticketing", "fleetops", "payroll", "campsite", "brewery", "atelier", "harbour", "greenhouse", "auction")
ENTITIES = ("invoice", "order", "parcel", "customer", "shipment", "booking", "article", "patient", "voucher",
            "ticket", "supplier", "contract", "reading", "refund", "route", "vehicle", "employee", "discount",
            "recipe", "member", "subscription", "warehouse", "payment", "address", "review", "coupon", "lesson")
VERBS = ("creates", "updates", "lists", "archives", "finds", "counts", "rejects", "merges", "exports", "renames",
         "restores", "assigns", "books", "closes", "splits", "tags", "moves", "copies", "totals", "approves",
         "imports", "publishes", "schedules", "cancels", "rates", "links", "sorts", "filters", "locks", "audits")
ADJECTIVES = ("empty", "overdue", "large", "foreign", "nested", "partial", "duplicate", "recent", "old", "pending",
              "shared", "private", "invalid", "expired", "bulk", "early", "late", "open", "hidden", "single",
              "priority", "yearly", "local", "paid", "draft", "urgent", "seasonal", "returned", "missing", "first")
ENDINGS = ("", "", "", " by owner", " in batches", " for guests", " with notes", " after midnight", " per region",
           " without tax", " once", " by date", " in order", " for admins", " under load", " from csv")
HOSTS = ("db", "db.internal", "postgres", "pg-primary", "database.test", "mysql", "cache", "sql.svc.cluster.local")
FOLDERS = ("/home/runner/work/{p}/{p}", "/builds/acme/{p}", "/var/lib/jenkins/workspace/{p}-main", "/app",
           "/usr/src/app", "/home/dev/src/{p}", "/__w/{p}/{p}", "/workspace/{p}", "/srv/ci/{p}")

# How a project's own code speaks about its pool: `{}` is a number. Drawn per run, known to no one in advance.
ACQUIRE = ("checked out connection {}", "lease {} granted", "using db handle {}", "acquired client #{}",
           "got link {} from pool", "conn {} in use", "borrowed connection no. {}", "db session {} begins")
RELEASE = ("returned connection {}", "lease {} over", "db handle {} handed back", "released client #{}",
           "link {} back in pool", "conn {} idle again", "connection no. {} given back", "db session {} ends")
BEGIN = ("running {}", "--- {}", "test start: {}", "begin {}", "case {}", ">>> {}", "[case] {}")
RETRY = ("database not reachable yet, attempt {}", "waiting for the server ({})", "connect failed, next try {}",
         "no answer, retrying ({})", "attempt {} to connect failed")


def plain(text: str) -> str:
    """A name without case and punctuation, in which `creates order` and `createsOrder` are one."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def phrases(rng: Random, count: int) -> list[str]:
    """Names of tests, none a part of another."""
    chosen: list[str] = []
    while len(chosen) < count:
        phrase = f"{rng.choice(VERBS)} {rng.choice(ADJECTIVES)} {rng.choice(ENTITIES)}{rng.choice(ENDINGS)}"
        key = plain(phrase)
        if not any(key in plain(other) or plain(other) in key for other in chosen):
            chosen.append(phrase)
    return chosen


def styled(phrase: str, style: str) -> str:
    """A phrase as an identifier of a language, or as the title that it is."""
    words = re.findall(r"[a-z0-9]+", phrase.lower())
    match style:
        case "snake":
            return "_".join(words)
        case "camel":
            return words[0] + "".join(word.title() for word in words[1:])
        case "pascal":
            return "".join(word.title() for word in words)
        case _:
            return phrase


def plural(noun: str) -> str:
    return noun + ("es" if noun.endswith(("s", "x", "ss")) else "s")
