//! Environments that names of databases tell: `shop_dev`, `shop_test`.

const WORDS: [&str; 9] =
    ["test", "tests", "testing", "dev", "development", "staging", "prod", "production", "e2e"];

fn is_word(part: &str) -> bool {
    WORDS.iter().any(|word| part.eq_ignore_ascii_case(word))
}

/// Whether a name may be one of a database, and tells its environment.
pub(crate) fn is_told_by(name: &str) -> bool {
    let mut parts = name.split(['_', '-']);
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name.contains(['_', '-']) && parts.clone().all(is_part) && parts.any(is_word)
}

/// Whether two names are those of one database in two environments.
pub(crate) fn is_all_that_differs(one: &str, other: &str) -> bool {
    let rest = |name: &str| {
        let parts = name.split(['_', '-']).filter(|part| !is_word(part));
        parts.map(str::to_ascii_lowercase).collect::<Vec<_>>()
    };
    is_told_by(one) && is_told_by(other) && rest(one) == rest(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_of_two_environments_are_told_apart() {
        for (one, other) in [("booth_e2e", "booth_dev"), ("Parcels_Test", "Parcels_Staging")] {
            assert!(is_all_that_differs(one, other), "{one} {other}");
        }
        for (one, other) in [("booth_e2e", "shop_dev"), ("paid", "open"), ("unit test", "unit dev")]
        {
            assert!(!is_all_that_differs(one, other), "{one} {other}");
        }
    }
}
