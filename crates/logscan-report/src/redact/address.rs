//! Addresses that carry a password, with a scheme and without one.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::block;
use super::find::Secret;
use super::harmless;
use super::steps;
use super::{quotes, value};

/// Most bytes of an address that are looked at.
const LONGEST: usize = 4000;

/// Finds the passwords of addresses.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut places =
        text.match_indices(':').filter_map(|(at, _)| Some((at, slashes(text, at)?))).peekable();
    while let Some((at, start)) = places.next() {
        let next = places.peek().map_or(text.len(), |(next, _)| *next);
        with_scheme(text, at, start, next, found);
    }
    oracle_quoted(text, found);
    for token in tokens(text).filter(|token| text[token.clone()].contains(['@', ':'])) {
        steps::count(token.len());
        let all = &text[token.clone()];
        if !without_scheme(text, token.clone(), found) && all.contains(['?', '[']) {
            // Part of the query of another address, or of the name of a test.
            for part in all.split(['?', '&', '[', ']']) {
                let value = part.split_once('=').map_or(part, |(_, value)| value);
                let start = value.as_ptr() as usize - text.as_ptr() as usize;
                without_scheme(text, start..start + value.len(), found);
            }
        }
    }
}

fn password(range: Range<usize>) -> Secret {
    Secret::new(SecretKind::Password, range)
}

/// Behind `://`, also as JSON may write it: `:\/\/`.
fn slashes(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at + 1..text.floor_char_boundary(at + 20)];
    let one = rest.trim_start_matches('\\').strip_prefix('/')?;
    let two = one.trim_start_matches('\\').strip_prefix('/')?;
    Some(at + 1 + rest.len() - two.len())
}

/// `scheme://user:PASSWORD@host`, up to the next address.
fn with_scheme(text: &str, at: usize, start: usize, next: usize, found: &mut Vec<Secret>) {
    let most = text.floor_char_boundary(next.min(start + LONGEST));
    let rest = &text[start..most.max(start)];
    let rest = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
    steps::count(rest.len());
    let Some(end) = host(rest) else {
        return match spaced(text, start, rest.len(), next).filter(|_| !text[..at].ends_with("file"))
        {
            Some(range) => found.push(password(range)),
            None => torn(text, at, start, rest, found),
        };
    };
    // A bare `@` may belong to the user's name too.
    let user =
        rest[..end].find([':', '/', '\'', '<', '>', '"']).filter(|at| rest[*at..].starts_with(':'));
    let Some(user) = user else { return alone(start, &rest[..end], found) };
    let value = &rest[user + 1..end];
    if !value.is_empty() && !harmless::is_placeholder(value) && !is_port(value) {
        found.push(password(start + user + 1..start + end));
    }
}

/// Most bytes of a password with blanks, and most blanks.
const SPACED: usize = 80;
const BLANKS: usize = 3;

/// `user:a PASSWORD@host`: a password with blanks. `length` bytes stand before the first one,
/// and the next address begins at `next`.
fn spaced(text: &str, start: usize, length: usize, next: usize) -> Option<Range<usize>> {
    let most = text.floor_char_boundary(next.min(start + length + SPACED));
    let near = &text[start..most.max(start)];
    let near = &near[..near.find(['\n', '"', '\'', '<', '>', '`', '|']).unwrap_or(near.len())];
    let colon = near[..length.min(near.len())].find(':')?;
    let user = near[..colon].chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    let end = near.find('@')?;
    let value = &near[colon + 1..end];
    let head = value.split(' ').next().unwrap_or("");
    // `http://localhost:8080 for me@example.org`, also with the rest of a path.
    let port = head.is_empty()
        || head.starts_with(|c: char| c.is_ascii_digit()) && is_port(&format!("{head}/"));
    let told = head.ends_with([',', ';', '.', ')', ']', '}', ':']) || value.ends_with(' ');
    let host = near[end + 1..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    let few = value.matches(' ').count() <= BLANKS && !value.contains(['\t', '=', ',']);
    (user && !port && !told && host && few && !harmless::is_placeholder(value))
        .then(|| start + colon + 1..start + end)
}

/// Where the `@` before the host stands. A password may hold `/` or a bare `@`; behind a `?`
/// of the host a `@` is part of the query.
fn host(rest: &str) -> Option<usize> {
    let mut last = rest.find('@')?;
    for (at, _) in
        rest[last + 1..].match_indices('@').map(|(at, c)| (last + 1 + at, c)).collect::<Vec<_>>()
    {
        let between = &rest[last + 1..at];
        if between.contains(['?', '#', '"', '\'', '<', '>']) || between.matches('/').count() > 1 {
            break;
        }
        last = at;
    }
    Some(last)
}

/// `8080/users/me` in `http://localhost:8080/users/me@example.org`, also with a quote or a
/// comma behind the port.
fn is_port(value: &str) -> bool {
    let rest = value.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = value.len() - rest.len();
    (1..=5).contains(&digits)
        && rest
            .starts_with(['/', '"', '\'', ',', ';', ')', ']', '}', '>', '?', '#', '\\', '|', '`'])
}

/// `https://KEY@host`, as Sentry and git have it.
fn alone(start: usize, value: &str, found: &mut Vec<Secret>) {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let random = value.len() >= 16 && harmless::is_random(value);
    if plain && (random || harmless::is_mixed(value)) {
        found.push(Secret::new(SecretKind::Token, start..start + value.len()));
    }
}

/// `scheme://user:PASS` at the end of a line: the log was cut, or a writer broke the line.
fn torn(text: &str, at: usize, start: usize, rest: &str, found: &mut Vec<Secret>) {
    let end = start + rest.len();
    let cut = text[end..].is_empty() || text[end..].starts_with(['\n', '\r']);
    let Some(colon) = rest.find([':', '/', '?', '[', '"', '\'', '(', '<', ';', '{', '$']) else {
        return;
    };
    let value = rest[colon + 1..].trim_end_matches(['"', '\'', ',', ')', ']', '}', '…']);
    let continued = value == "\\";
    let user = rest[colon..].starts_with(':')
        && !text[..at].ends_with("file")
        && !rest[..colon].contains(',');
    let port = value.starts_with(|c: char| c.is_ascii_digit())
        && (is_port(value) || is_port(&format!("{value}/")));
    if !cut
        || !user
        || value.is_empty()
        || port
        || value.starts_with(['%', '{', '$', '<'])
        || (harmless::is_placeholder(value) && !continued)
    {
        return;
    }
    if !continued {
        found.push(password(start + colon + 1..start + colon + 1 + value.len()));
    }
    let next = text[end..].trim_start_matches('\r').strip_prefix('\n').unwrap_or("");
    let inner = &text[block::next_line(text, text.len() - next.len())..];
    let inner = inner.trim_start_matches([' ', '\t']);
    let token = &inner[..inner
        .find(char::is_whitespace)
        .unwrap_or(inner.len())
        .min(inner.floor_char_boundary(LONGEST))];
    if let Some(host) = token.rfind('@') {
        let from = text.len() - inner.len();
        found.push(password(from..from + host));
    }
}

/// Runs without blanks and quotes.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let stop = |c: char| c.is_whitespace() || ['"', '\'', '`', '<', '>', '|'].contains(&c);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c| !stop(c))?;
        let end = text[start..].find(stop).map_or(text.len(), |end| start + end);
        at = end;
        Some(start..end)
    })
}

fn without_scheme(text: &str, token: Range<usize>, found: &mut Vec<Secret>) -> bool {
    let all = &text[token.clone()];
    let range = by_itself(all)
        .or_else(|| relative(all))
        .or_else(|| go(all))
        .or_else(|| oracle(all))
        .or_else(|| with_port(all))
        .or_else(|| file(all))
        .or_else(|| pgpass(all));
    if let Some(range) = range.filter(|range| !harmless::is_placeholder(&all[range.clone()])) {
        found.push(password(token.start + range.start..token.start + range.end));
        return true;
    }
    false
}

/// `//user:PASSWORD@host`, an address without its scheme.
fn relative(token: &str) -> Option<Range<usize>> {
    let rest = token.strip_prefix("//")?;
    let (colon, end) = (rest.find(':')?, rest.rfind('@')?);
    let name = rest[..colon].chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    (name && colon > 0 && colon + 1 < end).then_some(colon + 3..end + 2)
}

/// `...@END-OF-PASSWORD@host`, where a program cut its own address at the first `@`.
fn by_itself(token: &str) -> Option<Range<usize>> {
    let mark = token.find("...@").or_else(|| token.find("***@"))?;
    let end = token.rfind('@')?;
    (mark + 4 < end).then_some(mark + 4..end)
}

/// The name that ends here, if it can be a user's: where it begins.
fn user(token: &str, end: usize) -> Option<usize> {
    let front = &token[..end];
    let part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let name = &front[front.trim_end_matches(part).len()..];
    let letter = name.contains(char::is_alphabetic);
    let before = front[..end - name.len()].chars().next_back();
    let apart = before.is_none_or(|c| "=([{,;:".contains(c));
    (letter && apart && name.len() < 100).then_some(end - name.len())
}

/// `user:PASSWORD@tcp(host)` and `user:PASSWORD@/base`.
fn go(token: &str) -> Option<Range<usize>> {
    let nets = ["@tcp(", "@tcp4(", "@tcp6(", "@unix(", "@udp(", "@cloudsql(", "@(", "@/"];
    let end =
        nets.iter().filter_map(|net| token.rfind(net)).max().filter(|_| !token.contains("://"))?;
    let mut colons = token[..end].match_indices(':').map(|(at, _)| at);
    let colon = colons.find(|at| user(token, *at).is_some())?;
    // `#<Thread:0x7f…@/app/x.rb:28>`.
    (!token[colon + 1..].starts_with("0x")).then_some(colon + 1..end)
}

/// `thin:user/PASSWORD@host:1521:x`, `user/PASSWORD@//host`, as Oracle's tools take it.
fn oracle(token: &str) -> Option<Range<usize>> {
    let end = token.rfind('@')?;
    let thin = ["thin:", "oci:", "oci8:"]
        .iter()
        .find_map(|name| token.find(name).map(|at| at + name.len()));
    let slash =
        thin.unwrap_or(0) + token[thin.unwrap_or(0)..end.max(thin.unwrap_or(0))].find('/')?;
    let host = &token[end + 1..];
    let listener = host.contains(":1521")
        || host.contains(":1522")
        || host.starts_with("//")
        || host.starts_with('(');
    let named = user(token, slash).is_some() && !token[..slash].contains("//");
    ((thin.is_some() || listener) && named && slash + 1 < end).then_some(slash + 1..end)
}

/// `thin:user/"PASSWORD"@host`: quotes end the words that the other forms are looked for in.
fn oracle_quoted(text: &str, found: &mut Vec<Secret>) {
    for scheme in ["thin:", "oci:", "oci8:"] {
        for (at, _) in text.match_indices(scheme) {
            let near = value::line(text, at + scheme.len(), 200);
            let Some((user, rest)) = near.split_once('/') else { continue };
            let start = at + scheme.len() + near.len() - rest.len();
            let name = user.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
            let quoted = quotes::quoted_at(text, start)
                .filter(|values| name && values.ranges[0].start - start < 8);
            let Some(values) = quoted else { continue };
            if text[values.end..].trim_start_matches(['\\', '"', '\'']).starts_with('@') {
                found.push(password(values.ranges[0].clone()));
            }
        }
    }
}

/// Names before a colon that are no user's.
const NOT_USERS: [&str; 27] = [
    "jdbc",
    "node",
    "name",
    "worker",
    "email",
    "mail",
    "mailto",
    "user",
    "ssh",
    "git",
    "host",
    "target",
    "from",
    "to",
    "server",
    "peer",
    "broker",
    "client",
    "connection",
    "address",
    "url",
    "uri",
    "at",
    "for",
    "celery",
    "rabbit",
    "nodename",
];

/// `user:PASSWORD@host:port`.
fn with_port(token: &str) -> Option<Range<usize>> {
    let end = token.rfind('@')?;
    let host = &token[end + 1..];
    let name = host.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)))?;
    let rest = host[name..].strip_prefix(':')?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let port =
        (2..=5).contains(&digits) && !rest[digits..].starts_with(|c: char| c.is_alphanumeric());
    let colon = token[..end].find(':').filter(|_| port && name > 0 && !token.contains("://"))?;
    let start = user(token, colon)?;
    let named = NOT_USERS.contains(&&*token[start..colon].to_ascii_lowercase());
    let value = &token[colon + 1..end];
    (!named && !value.is_empty() && !value.starts_with(['/', ':'])).then_some(colon + 1..end)
}

/// Ends of the names of files that logs and reports are kept in.
const FILES: [&str; 10] =
    [".log", ".txt", ".json", ".xml", ".html", ".gz", ".zip", ".out", ".err", ".sql"];

/// `user:PASSWORD@host.log`: a file that was named after an address.
fn file(token: &str) -> Option<Range<usize>> {
    let end = token.rfind('@')?;
    let host = &token[end..];
    let whole = host[..host.find('\\').unwrap_or(host.len())]
        .trim_end_matches([',', '.', ';', ':', ')', ']', '}']);
    let named = FILES.iter().any(|file| whole.ends_with(file)) && !token.contains("://");
    let front = &token[..end];
    let colon = front.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let colon = front[colon..].find(':').filter(|_| named).map(|at| colon + at)?;
    let user = &front[front[..colon].rfind(['/', '\\']).map_or(0, |at| at + 1)..colon];
    let plain = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    let known = NOT_USERS.contains(&&*user.to_ascii_lowercase());
    (plain && !known && harmless::is_chosen(&front[colon + 1..])).then_some(colon + 1..end)
}

/// `host:port:base:user:PASSWORD`, a line of `.pgpass`.
fn pgpass(token: &str) -> Option<Range<usize>> {
    let mut parts = token.splitn(5, ':');
    let (host, port, base, user, value) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-*.".contains(c))
    };
    let number = port == "*"
        || ((4..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()));
    let file = host.rsplit_once('.').is_some_and(|(_, end)| {
        ["py", "c", "go", "rs", "js", "ts", "java", "rb", "cc", "cpp", "php", "kt", "cs"]
            .contains(&end)
    });
    let all = number
        && name(host)
        && name(base)
        && name(user)
        && !file
        && !value.is_empty()
        && !value.starts_with(':');
    all.then(|| token.len() - value.len()..token.len())
}

/// The user before a password and the host and base behind it, as an address has them.
pub(super) fn names(text: &str, secret: &Range<usize>) -> Vec<String> {
    let part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let front = &text[text.ceil_char_boundary(secret.start.saturating_sub(64))..secret.start];
    let Some(user) =
        front.strip_suffix([':', '/']).map(|front| &front[front.trim_end_matches(part).len()..])
    else {
        return Vec::new();
    };
    let behind = &text[secret.end..text.floor_char_boundary(secret.end + 200)];
    let host = behind.strip_prefix('@').unwrap_or("");
    let host =
        &host[..host.find(|c: char| !(part(c) || c == '/' || c == ':')).unwrap_or(host.len())];
    let names = std::iter::once(user).chain(host.split(['/', ':', '.']));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
