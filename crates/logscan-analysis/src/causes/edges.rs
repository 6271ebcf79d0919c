//! Which finding explains which: a table with a sentence for each.

use logscan_model::Finding;

use super::conditions::{
    always, begins_anew, empties_pool, fills_any_server, fills_pool, fills_server,
    hurts_and_is_not_later, is_earlier, is_of_a_set_up, just_before, keeps_from_running, keeps_out,
    loses_connections, loses_slots, names_no_address, not_later, opened_before, other_resource,
    same_resource, shares_tests, tells_of_the_same,
};
use super::known::Known;

/// A rule whose findings explain those of others.
pub(super) struct Edge {
    /// Code of the rule that explains.
    pub(super) cause: &'static str,
    /// Codes of the rules that are explained.
    pub(super) effects: &'static [&'static str],
    /// What both have in common.
    pub(super) sharing: Sharing,
    /// Whether the cause, by its index, explains the effect.
    pub(super) holds: fn(&Known<'_>, usize, &Finding) -> bool,
    /// Why.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader and the page of the rules"))]
    pub(super) why: &'static str,
}

/// What a cause and its effect have in common.
#[derive(Clone, Copy)]
pub(super) enum Sharing {
    /// The run, and so its server.
    Run,
    /// A worker, or one of them names none.
    Worker,
    /// Sessions that were open in the worker's pool.
    Pool,
}

pub(super) static EDGES: &[Edge] = &[
    Edge {
        cause: "L101",
        effects: &["P101"],
        sharing: Sharing::Pool,
        holds: fills_pool,
        why: "sessions that are never closed keep their connections: at least half of the pool when it \
              ran dry",
    },
    empties("L102", "the floor of connections in use rises until at most half of the pool is left"),
    Edge {
        cause: "L103",
        effects: &["P101"],
        sharing: Sharing::Worker,
        holds: loses_connections,
        why: "connections that do not come back are missing in the pool",
    },
    empties("L105", "connections that are kept, test after test, are missing in the pool"),
    Edge {
        cause: "L103",
        effects: &["W201"],
        sharing: Sharing::Run,
        holds: just_before,
        why: "a connection that is dropped without being closed ends some processes by an assertion",
    },
    of_run(
        "L106",
        &["P101"],
        "connections outlive the tests that took them, so that later tests find the pool empty",
    ),
    Edge {
        cause: "L101",
        effects: &["P201"],
        sharing: Sharing::Run,
        holds: fills_server,
        why: "open sessions keep at least half of the connections that the server accepts",
    },
    Edge {
        cause: "L103",
        effects: &["P201"],
        sharing: Sharing::Run,
        holds: loses_slots,
        why: "connections that do not come back keep the server's slots",
    },
    Edge {
        cause: "L104",
        effects: &["P201"],
        sharing: Sharing::Run,
        holds: fills_any_server,
        why: "transactions that are left open keep the server's slots",
    },
    of_run(
        "L103",
        &["W302"],
        "a pool that takes back what was kept too long closes it under its user",
    ),
    Edge {
        cause: "L105",
        effects: &["P201"],
        sharing: Sharing::Run,
        holds: is_earlier,
        why: "connections that are kept, test after test, take the server's slots",
    },
    of_run("T102", &["T101"], "a server that works slowly does not end in time"),
    Edge {
        cause: "P201",
        effects: &["R201"],
        sharing: Sharing::Run,
        holds: is_of_a_set_up,
        why: "a pool that the server gives no connection cannot be set up",
    },
    Edge {
        cause: "L101",
        effects: &["L104"],
        sharing: Sharing::Worker,
        holds: always,
        why: "a session that is never closed leaves its transaction open",
    },
    Edge {
        cause: "L104",
        effects: &["P101"],
        sharing: Sharing::Run,
        holds: empties_pool,
        why: "a transaction that is left open keeps its connection",
    },
    of_run("L104", &["K102", "R301"], "a transaction that is left open keeps what it locks"),
    Edge {
        cause: "L101",
        effects: &["K102"],
        sharing: Sharing::Worker,
        holds: opened_before,
        why: "a session that was open before the wait may hold the lock",
    },
    Edge {
        cause: "R201",
        effects: &["X101"],
        sharing: Sharing::Run,
        holds: same_resource,
        why: "tests inherit the error of the set-up that failed first",
    },
    Edge {
        cause: "R302",
        effects: &["L103"],
        sharing: Sharing::Run,
        holds: same_resource,
        why: "nothing closed the connections when the tests were over",
    },
    Edge {
        cause: "L103",
        effects: &["R302"],
        sharing: Sharing::Run,
        holds: other_resource,
        why: "what is not given back keeps the process of the tests alive",
    },
    Edge {
        cause: "C102",
        effects: &["R101", "R102"],
        sharing: Sharing::Run,
        holds: names_no_address,
        why: "whoever asks for a name that nobody knows reaches no server",
    },
    gives_up("C101"),
    gives_up("C103"),
    gives_up("P201"),
    gives_up("R101"),
    gives_up("R102"),
    gives_up("R103"),
    gives_up("R204"),
    broke("K101"),
    broke("K102"),
    broke("K104"),
    broke("R204"),
    broke("T101"),
    repeated("P101"),
    repeated("P201"),
    repeated("R204"),
    repeated("C103"),
    repeated("C104"),
    repeated("W301"),
    repeated("W303"),
    Edge {
        cause: "W202",
        effects: &[
            "W203", "R101", "R102", "R103", "R201", "W302", "X101", "X102", "T101", "P101", "K102",
        ],
        sharing: Sharing::Run,
        holds: not_later,
        why: "a server that stops ends its connections and refuses new ones",
    },
    Edge {
        cause: "W202",
        effects: &["R204"],
        sharing: Sharing::Run,
        holds: begins_anew,
        why: "a server that begins anew has lost what was made before",
    },
    Edge {
        cause: "R103",
        effects: &["W203", "R201", "W302", "X101", "X102", "T101", "P101"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "who uses a server that has gone finds connections broken and closed",
    },
    Edge {
        cause: "W203",
        effects: &["W302", "X101", "X102", "R201"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "a connection that broke is found closed by whoever uses it next",
    },
    Edge {
        cause: "W203",
        effects: &["R103"],
        sharing: Sharing::Run,
        holds: is_earlier,
        why: "a server that goes breaks the connections that it has, and then refuses new ones",
    },
    Edge {
        cause: "R101",
        effects: &["R201", "R204", "W302", "W203", "X101", "X102", "T101"],
        sharing: Sharing::Run,
        holds: hurts_and_is_not_later,
        why: "set-up that met a server too early fails, and what needs it after it",
    },
    Edge {
        cause: "R102",
        effects: &["R201", "R204", "W302", "X101", "X102", "T101"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "set-up that reaches no server fails, and what needs it after it",
    },
    Edge {
        cause: "R201",
        effects: &["P101", "L106", "T101"],
        sharing: Sharing::Run,
        holds: keeps_out,
        why: "who is not let in, or finds no server, waits in vain for a connection",
    },
    Edge {
        cause: "R201",
        effects: &["R102", "R204", "W302", "X102"],
        sharing: Sharing::Run,
        holds: is_earlier,
        why: "what set-up did not start, make or open is missing later",
    },
    of_run(
        "C101",
        &["R101", "R102", "R201", "R204", "T101", "W101", "X101"],
        "connections that go to another place find there neither server nor schema",
    ),
    of_run(
        "W101",
        &["K101", "K102", "K104", "R201", "R204", "W102", "W302", "X101"],
        "workers that share a database wait for each other and miss what another dropped",
    ),
    Edge {
        cause: "K102",
        effects: &["T101"],
        sharing: Sharing::Run,
        holds: shares_tests,
        why: "a statement that waits for a lock runs into its own time limit",
    },
    Edge {
        cause: "P101",
        effects: &["T101"],
        sharing: Sharing::Run,
        holds: shares_tests,
        why: "who waits for a connection runs into the time limit of his work",
    },
    Edge {
        cause: "W102",
        effects: &["T101", "R201", "R204", "W302", "X101"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "what is in use by somebody else cannot be started, dropped or made anew",
    },
    Edge {
        cause: "W301",
        effects: &["W203", "W302", "X102", "P101"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "a connection that two used at once is broken for both",
    },
    Edge {
        cause: "K101",
        effects: &["X102", "W302"],
        sharing: Sharing::Run,
        holds: not_later,
        why: "the transaction that the server ended is used on",
    },
];

/// What explains others wherever in the run they happened.
const fn of_run(cause: &'static str, effects: &'static [&'static str], why: &'static str) -> Edge {
    Edge { cause, effects, sharing: Sharing::Run, holds: always, why }
}

/// Connections that are kept leave too few of them.
const fn empties(cause: &'static str, why: &'static str) -> Edge {
    Edge { cause, effects: &["P101"], sharing: Sharing::Worker, holds: empties_pool, why }
}

/// A runner that meets an error while it collects tests runs none of them.
const fn gives_up(cause: &'static str) -> Edge {
    Edge {
        cause,
        effects: &["R202"],
        sharing: Sharing::Run,
        holds: keeps_from_running,
        why: "what is needed to load the tests keeps the runner from running them",
    }
}

/// A transaction that failed is broken for whoever uses it next.
const fn broke(cause: &'static str) -> Edge {
    Edge {
        cause,
        effects: &["X102"],
        sharing: Sharing::Run,
        holds: always,
        why: "tests that come later use the transaction that an earlier one broke",
    }
}

/// What a shared set-up met is repeated by the failures of all tests that need it.
const fn repeated(cause: &'static str) -> Edge {
    Edge {
        cause,
        effects: &["X101"],
        sharing: Sharing::Run,
        holds: tells_of_the_same,
        why: "tests inherit the error that their shared set-up met",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::rules;

    #[test]
    fn edges_name_rules_that_exist_and_say_why() {
        let known = |code: &str| rules().iter().any(|rule| rule.code == code);
        for edge in EDGES {
            assert!(known(edge.cause), "{}", edge.cause);
            assert!(edge.effects.iter().all(|code| known(code)), "{:?}", edge.effects);
            assert!(!edge.effects.contains(&edge.cause), "{}", edge.cause);
            assert!(!edge.why.is_empty());
        }
    }
}
