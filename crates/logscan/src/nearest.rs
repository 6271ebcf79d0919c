//! What the user may have meant.

/// How many names are shown.
const SHOWN: usize = 3;

/// The names that are most like what was asked for, best first.
pub(crate) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let last = name.rsplit([':', '/', '.']).next().unwrap_or(&name);
        strsim::jaro_winkler(&name, &wanted).max(strsim::jaro_winkler(last, &wanted))
    };
    let mut all: Vec<(f64, &str)> = names.map(|name| (likeness(name), name)).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    all.into_iter().take(SHOWN).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name() {
        let tests =
            ["tests/a.py::test_login", "tests/a.py::test_orders", "tests/b.py::test_jobs", "x"];
        assert_eq!(nearest("test_logn", tests.into_iter())[0], "tests/a.py::test_login");
        assert_eq!(nearest("gw9", ["gw0", "gw1"].into_iter()), ["gw0", "gw1"]);
    }
}
