//! Where the secrets of a text stand.
//!
//! Programs print secrets in four ways: in addresses, behind a word that says so, in
//! headers and command lines, and as tokens that are known by their own form. When in
//! doubt more is masked than needed; what is plainly no secret stays readable.

use std::ops::Range;
use std::sync::LazyLock;

use logscan_model::report::SecretKind;
use regex::Regex;

use super::value::{self, Value};

/// A secret and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) kind: SecretKind,
    pub(super) range: Range<usize>,
}

/// All secrets of a text, in their order; none overlaps another one.
pub(super) fn find(text: &str, emails: bool) -> Vec<Secret> {
    let mut found = Vec::new();
    found.extend(TOKENS.iter().flat_map(|form| form.all(text)));
    found.extend(ADDRESSES.iter().flat_map(|form| form.all(text)));
    found.extend(HEADERS.iter().flat_map(|form| form.all(text)));
    found.extend(named(text));
    if emails {
        found.extend(EMAIL.all(text));
    }
    merged(found)
}

/// Secrets that overlap are one; the earlier one says what it is.
fn merged(mut found: Vec<Secret>) -> Vec<Secret> {
    found.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
    let mut merged: Vec<Secret> = Vec::with_capacity(found.len());
    for secret in found {
        match merged.last_mut() {
            Some(last) if secret.range.start < last.range.end => {
                last.range.end = last.range.end.max(secret.range.end);
            }
            _ => merged.push(secret),
        }
    }
    merged
}

/// A form in which secrets are written; the group `secret` holds them.
struct Form {
    kind: SecretKind,
    pattern: Regex,
    /// Whether the value only looks like a secret.
    harmless: fn(&str) -> bool,
}

impl Form {
    fn new(kind: SecretKind, pattern: &str, harmless: fn(&str) -> bool) -> Self {
        Self { kind, pattern: Regex::new(pattern).expect("a fixed pattern"), harmless }
    }

    fn all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Secret> + 't {
        let secrets = self.pattern.captures_iter(text).filter_map(|found| found.name("secret"));
        let harmless = |value: &str| value::is_placeholder(value) || (self.harmless)(value);
        let secrets = secrets.filter(move |secret| !harmless(secret.as_str()));
        secrets.map(|secret| Secret { kind: self.kind, range: secret.range() })
    }
}

fn never(_: &str) -> bool {
    false
}

/// Tokens that are known by their own form.
static TOKENS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let prefixes = concat!(
        r"(?-u:\b)(?<secret>gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[[:word:]]{16,}",
        r"|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-[[:word:]\-.]{16,}",
        r"|xox[a-z]-[[:word:]\-]{10,}|xapp-[[:word:]\-]{10,}",
        r"|(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|AIPA)[A-Z0-9]{12,}",
        r"|AIza[[:word:]\-]{30,}|ya29\.[[:word:]\-.]{10,}|GOCSPX-[[:word:]\-]{20,}|1//0[[:word:]\-]{20,}",
        r"|(?:sk|rk|pk)_(?:live|test)_[[:word:]]{10,}|whsec_[[:word:]]{16,}|sk-[[:word:]\-]{20,}",
        r"|npm_[A-Za-z0-9]{30,}|pypi-[[:word:]\-]{16,}|dckr_(?:pat|oat)_[[:word:]\-]{16,}|rubygems_[0-9a-f]{32,}",
        r"|do[opr]_v1_[0-9a-f]{32,}|SG\.[[:word:]\-]{12,}\.[[:word:]\-]{12,}|(?:SK|AC)[0-9a-f]{32}",
        r"|key-[0-9a-f]{32}|hf_[A-Za-z0-9]{20,}|hv[sbr]\.[[:word:]\-]{16,}|lin_(?:api|oauth)_[[:word:]]{20,}",
        r"|ATATT3[[:word:]\-=]{16,}|ATBB[[:word:]]{20,}|shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{24,}|dapi[0-9a-f]{32}",
        r"|gl(?:sa|c)_[[:word:]+/=]{20,}|NRAK-[A-Z0-9]{20,}|sq0[a-z]{3}-[[:word:]\-]{20,}|PMAK-[[:word:]\-]{20,}",
        r"|dp\.[a-z]{2,4}\.[[:word:]]{20,}|fig[du]_[[:word:]\-]{20,}|sbp_[0-9a-f]{32,}|sntr[yus]{1,2}_[[:word:]=+/\-]{20,}",
        r"|[[:word:]\-]{14}\.atlasv1\.[[:word:]\-]{40,}|EAAC[A-Za-z0-9]{20,}|r8_[[:word:]]{30,}|gsk_[[:word:]]{30,}|xai-[[:word:]]{30,}",
        r"|eyJ[[:word:]\-]{6,}\.[[:word:]\-]{6,}(?:\.[[:word:]\-]*)*",
        r"|[MNO][[:word:]\-]{23,27}\.[[:word:]\-]{6}\.[[:word:]\-]{25,}|[0-9]{8,10}:[[:word:]\-]{33,37})",
    );
    let key = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?<secret>[\s\S]+?)(?:-----END|$)";
    vec![
        Form::new(SecretKind::Token, prefixes, never),
        Form::new(SecretKind::Key, key, never),
        // A line from the middle of a key.
        Form::new(SecretKind::Key, r"^\s*(?<secret>[A-Za-z0-9+/]{60,76}={0,2})\s*$", is_hex),
        Form::new(
            SecretKind::Token,
            r"hooks\.slack\.com/(?:services|workflows)/(?<secret>[[:word:]/]{10,})",
            never,
        ),
        Form::new(
            SecretKind::Token,
            r"discord(?:app)?\.com/api/webhooks/(?<secret>[0-9]+/[[:word:]\-]{20,})",
            never,
        ),
    ]
});

fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Addresses that carry a password.
static ADDRESSES: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let password = |pattern| Form::new(SecretKind::Password, pattern, is_port_and_path);
    vec![
        // scheme://user:PASSWORD@host. A password may hold `/` or a bare `@`, and so
        // may a user's name; behind a `?` a `@` is part of the query.
        password(
            r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s:/'<>]*:(?<secret>[^\s@]+(?:@[^\s@/?#'<>]*(?:/[^\s@/?#'<>]*)?)*)@",
        ),
        // ...@END-OF-PASSWORD@host, where a program cut its own address at the first `@`.
        password(r"(?:\.\.\.|\*\*\*)@(?<secret>[^\s@'<>]+(?:@[^\s@'<>]+)*)@"),
        // user:PASSWORD@tcp(host) and user:PASSWORD@/base, as Go writes it.
        password(
            r"(?-u:\b)[[:word:].\-]+:(?<secret>[^\s'<>]+)@(?:(?:tcp[46]?|unix)\(|/[[:word:]])",
        ),
        // user:PASSWORD@host:port/
        password(
            r"(?-u:\b)[[:word:].\-]+:(?<secret>[^\s:/'<>@]+)@[[:word:].\-]+:[0-9]{2,5}(?-u:\b)",
        ),
        // jdbc:oracle:thin:user/PASSWORD@host
        password(r"(?-u:\b)jdbc:oracle:[[:word:]]+:[^\s/@]+/(?<secret>[^\s]+?)@(?://)?[[:word:](]"),
        // user/PASSWORD@//host or @host:port/, as Oracle's tools take it.
        password(
            r"(?-u:\b)[[:word:]]+/(?<secret>[^\s/@]+)@(?://[[:word:].]+|[[:word:].\-]+:1521(?-u:\b))",
        ),
        // https://KEY@host, as Sentry does.
        password(r"https?://(?<secret>[0-9a-f]{32}(?::[0-9a-f]{32})?)@"),
        // host:port:base:user:PASSWORD, a line of .pgpass
        password(
            r"(?:^|[\s'\x22])[[:word:].*\-]+:(?:[0-9]{4,5}|\*):[[:word:]*\-]+:[[:word:]*\-]+:(?<secret>[^\s]+)",
        ),
    ]
});

/// `8080/users/me` in `http://localhost:8080/users/me@example.org`, also with a quote
/// or a comma behind the port.
fn is_port_and_path(value: &str) -> bool {
    let rest = value.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = value.len() - rest.len();
    (1..=5).contains(&digits) && rest.starts_with(['/', '"', '\'', ',', ';', ')', ']', '}', '>'])
}

/// Headers and command lines.
static HEADERS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |kind, pattern| Form::new(kind, pattern, never);
    vec![
        form(
            SecretKind::Token,
            concat!(
                r#"(?i-u:authorization)\\*["']?\s*(?:=>|[:=,])\s*\[?\\*["']?"#,
                r#"(?i-u:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256)\s+(?<secret>[^"'\\\r\n]+)"#,
            ),
        ),
        form(SecretKind::Token, r"(?-u:\b)(?i-u:bearer)\s+(?<secret>[[:word:]\-.~+/=]{16,})"),
        form(
            SecretKind::Cookie,
            r#"(?-u:\b)(?i-u:set-cookie|cookie)\\*["']?\s*(?:=>|[:=,])\s*\[?\\*["']?(?<secret>[[:word:]\-.]+=[^"'\\\r\n]+)"#,
        ),
        form(
            SecretKind::Token,
            r"[?&](?i-u:sig|signature|x-amz-signature|code|key)=(?<secret>[^\s&'\x22]{8,})",
        ),
        form(
            SecretKind::Password,
            r"(?-u:\b)my(?:sql|sqldump|sqladmin|sqlimport|sqlcheck|cli)(?-u:\b)[^|\n]*?\s-p(?<secret>[^\s'\x22]+)",
        ),
        form(
            SecretKind::Password,
            r"(?-u:\b)(?:curl|wget|http|https)(?-u:\b)[^|\n]*?\s(?:-u|--user|-a|--auth)[\s=]*['\x22]?[^\s:'\x22]+:(?<secret>[^\s'\x22]+)",
        ),
        form(
            SecretKind::Password,
            r"(?-u:\b)(?:sshpass|docker login|redis-cli|mongo|mongosh|sqlcmd)(?-u:\b)[^|\n]*?\s-[paP]\s*['\x22]?(?<secret>[^\s'\x22\-][^\s'\x22]*)",
        ),
        form(
            SecretKind::Password,
            r"(?-u:\b)(?i-u:identified by|password(?: =)?)\s+'(?<secret>(?:[^']|'')+)'",
        ),
        form(
            SecretKind::Password,
            r"<(?:[[:word:]]+:)?(?i-u:password|passwd|secret|token|api_?key)>(?<secret>[^<\s]+)</",
        ),
        form(
            SecretKind::Password,
            r"--?(?i-u:[[:word:]\-]*(?:passphrase|password|passwd|pwd))\s+['\x22]?(?<secret>[^\s'\x22\-][^\s'\x22]*)",
        ),
        form(
            SecretKind::Token,
            r"--?(?i-u:[[:word:]\-]*(?:token|secret|api-?key))[\s=]+['\x22]?(?<secret>[^\s'\x22\-][^\s'\x22]{7,})",
        ),
    ]
});

static EMAIL: LazyLock<Form> = LazyLock::new(|| {
    Form::new(
        SecretKind::Email,
        r"(?-u:\b)(?<secret>[A-Za-z0-9][[:word:].+\-]*@[A-Za-z0-9][A-Za-z0-9\-]*(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,})(?-u:\b)",
        never,
    )
});

/// Words that announce a secret, and what separates them from it.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?<name>[[:word:].\-]*(?i-u:",
        r"(?<sure>passphrase|password|passwd|passcode|pswd|pwd|(?:_|db|user|pg|sql|-)pass|account[_\-]?key|shared[_\-]?access[_\-]?key)",
        r"|token|secret|api[_\-]?key|access[_\-]?key(?:[_\-]?id)?|secret[_\-]?key",
        r"|secret[_\-]?key[_\-]?base|private[_\-]?key|signing[_\-]?key|encryption[_\-]?key",
        r"|master[_\-]?key|shared[_\-]?key|app[_\-]?key|auth[_\-]?key|license[_\-]?key|credentials?",
        r")(?:_?[0-9]+|_confirmation|_hash)?)",
        r#"(?:\\*["'`]\]?)?\s*(?:=>|:=|==|=|:|,\s?(?:\\*["']))(?<gap>\s*)"#,
    ))
    .expect("a fixed pattern")
});

/// What stands behind a word like `password`.
fn named(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for name in NAMES.captures_iter(text) {
        let whole = name.get(0).expect("a match");
        let sure = name.name("sure").is_some();
        let key = name.name("name").map_or("", |name| name.as_str());
        let prose = whole.as_str().trim_end().ends_with(':') && !name["gap"].is_empty();
        // In `('password', 'x')` the opening quote belongs to what separates.
        let quote = whole.as_str().ends_with(['"', '\'']);
        let at = if quote { opening(text, whole.end()) } else { whole.end() };
        // `password::reset` is a path of names.
        if text[at..].starts_with(':') {
            continue;
        }
        let Some(Value { range, quoted }) = value::at(text, at) else { continue };
        let value = &text[range.clone()];
        let harmless = value::is_placeholder(value)
            || if sure {
                is_directory(key, value)
                    || is_type(value)
                    || (prose && !quoted && is_prose(value, &text[range.end..]))
            } else {
                !value::is_random(value)
            };
        if !harmless {
            let kind = if sure { SecretKind::Password } else { SecretKind::Token };
            found.push(Secret { kind, range });
        }
    }
    found
}

/// Where the quote before `end` begins, with the backslashes that escape it.
fn opening(text: &str, end: usize) -> usize {
    text[..end - 1].trim_end_matches('\\').len()
}

/// The working directory, not a password.
fn is_directory(key: &str, value: &str) -> bool {
    let drive = value.as_bytes().get(1..3).is_some_and(|bytes| bytes == b":\\");
    (value.starts_with(['/', '~']) || drive) && key.to_ascii_lowercase().ends_with("pwd")
}

/// The type in a signature: `password: str = None`.
fn is_type(value: &str) -> bool {
    let word = value.trim_end_matches([',', ')', '?', '|']);
    ["str", "string", "String", "SecretStr", "text", "Text", "varchar", "binary"].contains(&word)
}

/// `try again` in `wrong password: try again`: a word, and more of them.
fn is_prose(value: &str, rest: &str) -> bool {
    let word = value.trim_end_matches([',', '.', ';']);
    let more = rest.trim_start_matches([',', '.', ';']);
    word.chars().all(|c| c.is_ascii_lowercase())
        && more.starts_with(' ')
        && more.trim_start().starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_one_only_where_they_overlap() {
        let secret = |kind, range| Secret { kind, range };
        let found = vec![
            secret(SecretKind::Token, 4..9),
            secret(SecretKind::Password, 0..5),
            secret(SecretKind::Key, 9..12),
            secret(SecretKind::Token, 10..11),
        ];
        let merged: Vec<_> = merged(found).into_iter().map(|one| (one.kind, one.range)).collect();
        assert_eq!(merged, [(SecretKind::Password, 0..9), (SecretKind::Key, 9..12)]);
    }
}
