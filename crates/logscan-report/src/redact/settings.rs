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

/// Where the value of a setting ends that may hold blanks. `start` is where its name begins, and
/// `near` begins with the value.
pub(super) fn end(text: &str, start: usize, near: &str) -> Option<usize> {
    let inner = || near.match_indices(';').map(|(at, _)| at).find(|at| is_setting(&near[at + 1..]));
    let behind = text[..start].ends_with(';');
    first(near)
        .or_else(|| behind.then(inner).flatten())
        .or_else(|| behind.then(|| closed(text, start, near)).flatten())
}

/// Where the value of the first setting ends: before a `;` that another setting follows.
fn first(near: &str) -> Option<usize> {
    let near = &near[..near.floor_char_boundary(LONGEST)];
    let end = near.find(';').filter(|end| near[..*end].contains(' '))?;
    let plain = !near[..end].contains(['=', '"', '\'', ',', ':']);
    (plain && is_known(&near[end..])).then_some(end)
}

/// Whether a setting follows that only connection strings have: `;Uid=app`.
pub(super) fn is_known(rest: &str) -> bool {
    let name = rest.strip_prefix(';').and_then(|rest| rest.split_once('='));
    name.is_some_and(|(name, _)| NAMES.contains(&&*name.trim().to_ascii_lowercase()))
}

/// Where the value of the last setting ends: at the quote that opens the connection string.
/// `start` is where the name of the setting begins.
fn closed(text: &str, start: usize, near: &str) -> Option<usize> {
    let front = &text[text.ceil_char_boundary(start.saturating_sub(400))..start];
    let open = front.rfind(['"', '\'', '\n']).filter(|open| !front[*open..].starts_with('\n'))?;
    let end = near.find(&front[open..=open])?;
    let end = near[..end].trim_end_matches('\\').len();
    (front[open..].contains('=') && !near[..end].contains(['=', ','])).then_some(end)
}

/// Whether the next setting of an ODBC string follows, or nothing of it.
fn is_setting(behind: &str) -> bool {
    let name = behind.trim_start_matches(|c: char| c.is_alphanumeric() || " _.-".contains(c));
    // A backslash ends it where it escapes the quote or the line end behind.
    let escaped = name.strip_prefix('\\').map(|rest| rest.trim_start_matches('\\'));
    let escaped = escaped.is_some_and(|rest| rest.starts_with(['"', '\'', 'n', 'r']));
    let word = behind[..behind.len() - name.len()].trim();
    let named = name.starts_with('=') && is_setting_name(word);
    // What closes is followed by no more of a value.
    let closed = name.strip_prefix(['\'', '"', ')', ']', ',', '}']);
    let closed = closed.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    named || closed || name.is_empty() || escaped || behind.starts_with(' ')
}

/// Whether a word can name a setting: short ones are few, and none has a digit within it.
fn is_setting_name(word: &str) -> bool {
    const SHORT: [&str; 14] = [
        "uid", "pwd", "dsn", "app", "ssl", "db", "net", "dbq", "tcp", "user", "host", "port",
        "sid", "apn",
    ];
    let inner = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = inner.contains(|c: char| c.is_ascii_digit());
    !digits && (word.chars().count() > 4 || SHORT.contains(&&*word.to_ascii_lowercase()))
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
            ("x=y;Pwd=a,b=c\"d;Uid=app", "x=y;Pwd=‹password-1›;Uid=app"),
            ("password=a then; b", "password=‹password-1› then; b"),
            ("password=a b, user=c; user=d", "password=‹password-1› b, user=c; user=d"),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
