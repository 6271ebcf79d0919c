//! Connection strings: settings between semicolons, whose values may hold blanks.

/// Names of settings that only connection strings have.
const NAMES: [&str; 26] = [
    "uid",
    "user id",
    "user",
    "username",
    "server",
    "host",
    "port",
    "database",
    "dbname",
    "data source",
    "initial catalog",
    "driver",
    "encrypt",
    "pooling",
    "timeout",
    "connect timeout",
    "connection timeout",
    "trusted_connection",
    "trustservercertificate",
    "integrated security",
    "sslmode",
    "ssl mode",
    "dsn",
    "databasename",
    "persist security info",
    "multipleactiveresultsets",
];
/// Most bytes of a value that is looked at.
const LONGEST: usize = 80;

/// Where the value of the first setting ends: before a `;` that another setting follows.
pub(super) fn first(near: &str) -> Option<usize> {
    let near = &near[..near.floor_char_boundary(LONGEST)];
    let end = near.find(';').filter(|end| near[..*end].contains(' '))?;
    let plain = !near[..end].contains(['=', '"', '\'', ',', ':']);
    let name = near[end + 1..].split_once('=')?.0.trim().to_ascii_lowercase();
    (plain && NAMES.contains(&&*name)).then_some(end)
}

/// Where the value of the last setting ends: at the quote that opens the connection string.
/// `start` is where the name of the setting begins.
pub(super) fn closed(text: &str, start: usize, near: &str) -> Option<usize> {
    let front = &text[text.ceil_char_boundary(start.saturating_sub(400))..start];
    let open = front.rfind(['"', '\'', '\n']).filter(|open| !front[*open..].starts_with('\n'))?;
    let end = near.find(&front[open..=open])?;
    let end = near[..end].trim_end_matches('\\').len();
    (front[open..].contains('=') && !near[..end].contains(['=', ','])).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn a_value_of_a_connection_string_may_hold_blanks() {
        for (text, expected) in [
            ("Pwd=a b;Uid=app", "Pwd=‹password-1›;Uid=app"),
            ("\"Host=db;Password=a b c\"", "\"Host=db;Password=‹password-1›\""),
            ("x = 'Host=db;Password=a b' and c", "x = 'Host=db;Password=‹password-1›' and c"),
            ("Host=db;Password=a b;Timeout=3", "Host=db;Password=‹password-1›;Timeout=3"),
            ("password=a then; b", "password=‹password-1› then; b"),
            ("password=a b, user=c; user=d", "password=‹password-1› b, user=c; user=d"),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
