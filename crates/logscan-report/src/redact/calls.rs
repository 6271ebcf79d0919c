//! Calls whose arguments are secrets by their place: `db.auth("me", "X")`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::items::items;
use super::judge::is_remark;
use super::keys::{self, Sure};
use super::{harmless, quotes, steps, value};

/// Names of calls, and which argument is the secret.
const CALLS: [(&str, usize); 68] = [
    ("mysqli->__construct", 2),
    ("pymysql.connect", 2),
    ("mysqldb.connect", 2),
    ("ssh.connect", 3),
    ("client.connect", 3),
    ("ftplib.ftp", 2),
    ("checkpw", 0),
    ("cx_oracle.connect", 1),
    ("oracledb.connect", 1),
    ("sequelize", 2),
    ("plaintextauthprovider", 1),
    ("dbms.security.createuser", 1),
    ("auth", 1),
    ("login", 1),
    ("log_in", 1),
    ("signin", 1),
    ("sign_in", 1),
    ("authenticate", 1),
    ("basic", 1),
    ("basicauth", 1),
    ("basic_auth", 1),
    ("http_auth", 1),
    ("proxy_auth", 1),
    ("httpbasicauth", 1),
    ("setbasicauth", 1),
    ("set_basic_auth", 1),
    ("httpdigestauth", 1),
    ("httpproxyauth", 1),
    ("credentials", 1),
    ("creds", 1),
    ("usernamepasswordcredentials", 1),
    ("usernamepasswordcredential", 1),
    ("usernamepasswordauthenticationtoken", 1),
    ("networkcredential", 1),
    ("passwordauthentication", 1),
    ("plainauthprovider", 1),
    ("plaincredentials", 1),
    ("mongocredential", 2),
    ("createcredential", 2),
    ("changeuserpassword", 1),
    ("create_user", 2),
    ("create_superuser", 2),
    ("getconnection", 2),
    ("mysql_connect", 2),
    ("mysqli_connect", 2),
    ("mysqli", 2),
    ("oci_connect", 1),
    ("odbc_connect", 2),
    ("pdo", 2),
    ("pdo->__construct", 2),
    ("ftp_login", 2),
    ("ldap_bind", 2),
    ("simple_bind_s", 1),
    ("hashpw", 0),
    ("call create_user", 1),
    ("pwd_context.hash", 0),
    ("pwd_context.verify", 0),
    ("check_password_hash", 1),
    ("generate_password_hash", 0),
    ("keyring.set_password", 2),
    ("jwt.encode", 1),
    ("jwt.decode", 1),
    ("jwt.sign", 1),
    ("jwt.verify", 1),
    ("url.create", 2),
    ("dbms_credential.create_credential", 2),
    ("aes_encrypt", 1),
    ("aes_decrypt", 1),
];
/// Calls that type text into a field that was named before them.
const TYPING: [&str; 6] =
    [".type(", ".send_keys(", ".sendKeys(", ".fill(", ".typeText(", ".setValue("];

static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(CALLS.iter().map(|(name, _)| name))
        .expect("fixed words")
});
static TYPED: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(TYPING).expect("fixed words"));

/// Finds the arguments of calls.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for name in NAMES.find_iter(text) {
        let begins = !text[..name.start()].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let place = CALLS[name.pattern().as_usize()].1;
        if name.start() < past || !begins {
            continue;
        }
        let Some(open) = opened(text, name.end()) else { continue };
        let (values, end) = items(text, open);
        past = end;
        let Some((range, true)) = values.get(place).cloned() else { continue };
        let value = &text[range.clone()];
        let path = value.strip_prefix('/').is_some_and(|rest| !harmless::is_random(rest));
        if !range.is_empty() && !path && !is_remark(value) && !harmless::is_placeholder(value) {
            found.push(Secret::new(SecretKind::Password, range));
        }
    }
    typed(text, found);
    secured(text, found);
}

/// Behind the bracket that opens the arguments; a name with a sign may hold a pair.
fn opened(text: &str, at: usize) -> Option<usize> {
    let rest = value::line(text, at, 12);
    let closed = rest.trim_start_matches(['\\', '"', '\'']);
    let signed = closed.trim_start_matches(' ').trim_start_matches([':', '=', '>']);
    let pair = signed.len() < closed.trim_start_matches(' ').len();
    let open = if pair { signed.trim_start_matches(' ') } else { rest };
    let inner = open.strip_prefix('(').or_else(|| open.strip_prefix('[').filter(|_| pair))?;
    Some(at + rest.len() - inner.len())
}

/// `find_element(By.ID, "password").send_keys("X")`.
fn typed(text: &str, found: &mut Vec<Secret>) {
    let mut past = 0;
    for call in TYPED.find_iter(text).filter(|call| !text[call.end()..].starts_with(')')) {
        let near = &text[text.ceil_char_boundary(call.start().saturating_sub(60))..call.start()];
        let field = near.trim_end_matches([')', ']', '"', '\'', '\\', ' ']);
        let name = field.len()
            - field.trim_end_matches(|c: char| c.is_alphanumeric() || "_-.".contains(c)).len();
        let key = keys::key(&field[field.len() - name..]);
        if call.start() < past
            || field.len() == near.len()
            || key.is_none_or(|key| key.sure != Sure::Always)
        {
            continue;
        }
        if let Some(values) = quotes::quoted_at(text, call.end()) {
            past = values.end;
            found.push(Secret::new(SecretKind::Password, values.ranges[0].clone()));
        }
    }
}

/// `ConvertTo-SecureString "X"`.
fn secured(text: &str, found: &mut Vec<Secret>) {
    let mut past = 0;
    for (at, name) in text.match_indices("ConvertTo-SecureString ") {
        if at < past {
            continue;
        }
        let rest = text[at + name.len()..].trim_start_matches("-String ");
        let start = text.len() - rest.len();
        let values = value::at(text, start, value::Ends::Blank);
        past = values.end;
        let given =
            values.ranges.first().filter(|range| !text[(*range).clone()].starts_with(['-', '$']));
        found.extend(given.map(|range| Secret::new(SecretKind::Password, range.clone())));
    }
}
