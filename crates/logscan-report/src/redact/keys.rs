//! Which words name a secret: `password`, `DB_PW`, `spring.datasource.password`, `x-api-key`.
//!
//! A name is taken apart as its writer put it together (`db_pass`, `dbPass`, `DB-PASS`); the
//! last part says what it is. So `password_reset` and `PASSWORD_FILE` name no secret.

use logscan_model::report::SecretKind;

use super::words::{BEFORE_CODE, NOT_TOKEN};

/// How much a name says about the value behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// The value is a secret, whatever it looks like.
    Always,
    /// The word has other meanings too: a value that reads like prose is none.
    Likely,
    /// Only what looks made by chance is a secret.
    Random,
    /// A header whose value goes on to the end of the line.
    Header,
}

/// A word that names a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) sure: Sure,
    pub(super) kind: SecretKind,
}

/// Bytes at the end of a name that are looked at.
const LONGEST: usize = 64;

/// Ends of names, all parts joined, that are passwords. The words of other languages are
/// those of dialogues of databases and of the keyword lists of detect-secrets.
const PASSWORDS: [&str; 57] = [
    "password",
    "passwords",
    "passwd",
    "passwds",
    "passphrase",
    "passphrases",
    "passcode",
    "pswd",
    "pword",
    "passwort",
    "kennwort",
    "contraseña",
    "contrasena",
    "contrasenya",
    "senha",
    "motdepasse",
    "wachtwoord",
    "lösenord",
    "losenord",
    "hasło",
    "haslo",
    "пароль",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
    "salasana",
    "heslo",
    "jelszó",
    "jelszo",
    "parola",
    "şifre",
    "sifre",
    "adgangskode",
    "requirepass",
    "masterauth",
    "pwd",
    "pwds",
    "storepass",
    "keypass",
    "passord",
    "passwrd",
    "psswd",
    "khẩu",
    "sandi",
    "κωδικός",
    "κωδικο",
    "סיסמה",
    "סיסמא",
    "المرور",
    "السر",
    "lozinka",
    "geslo",
    "parool",
    "parolă",
    "slaptažodis",
];

/// `pass` and `pw` end other words too: whole parts, or behind these.
const BEFORE_PASS: [&str; 31] = [
    "db", "pg", "my", "sql", "mysql", "postgres", "user", "usr", "root", "admin", "redis", "mongo",
    "ssh", "ftp", "mail", "smtp", "imap", "http", "proxy", "auth", "web", "login", "ldap", "bind",
    "default", "app", "svc", "new", "old", "current", "temp",
];

/// Parts before `pass` with which it is no password.
const NOT_PASS: [&str; 22] = [
    "by", "test", "tests", "first", "second", "third", "multi", "single", "one", "two", "each",
    "low", "high", "band", "did", "not", "to", "max", "all", "last", "next", "will",
];

/// Parts before `key` with which it opens something.
const BEFORE_KEY: [&str; 52] = [
    "fernet",
    "enc",
    "crypt",
    "recovery",
    "stripe",
    "house",
    "sendgrid",
    "twilio",
    "openai",
    "anthropic",
    "datadog",
    "mailgun",
    "algolia",
    "pusher",
    "mapbox",
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "sign",
    "encryption",
    "encrypt",
    "decryption",
    "master",
    "shared",
    "account",
    "app",
    "application",
    "auth",
    "license",
    "licence",
    "storage",
    "subscription",
    "functions",
    "deploy",
    "ssh",
    "cipher",
    "crypto",
    "hmac",
    "jwt",
    "aes",
    "rsa",
    "pgp",
    "client",
    "admin",
    "service",
    "unseal",
    "session",
    "activation",
    "instrumentation",
    "preshared",
];

/// Parts before `auth` with which it is what a server asks for.
const BEFORE_AUTH: [&str; 20] = [
    "redis",
    "rediscli",
    "valkey",
    "keydb",
    "cache",
    "memcached",
    "db",
    "mongo",
    "rabbitmq",
    "rabbit",
    "mq",
    "amqp",
    "mqtt",
    "nats",
    "sasl",
    "stomp",
    "npm",
    "registry",
    "artifactory",
    "nexus",
];

/// Parts behind the word that change nothing; SQLAlchemy numbers rows so: `password_m0`.
const BEHIND: [&str; 41] = [
    "test",
    "ci",
    "dev",
    "prod",
    "production",
    "staging",
    "stage",
    "qa",
    "local",
    "admin",
    "root",
    "ro",
    "rw",
    "read",
    "write",
    "m",
    "wo",
    "value",
    "val",
    "plain",
    "plaintext",
    "text",
    "raw",
    "hash",
    "digest",
    "confirmation",
    "confirm",
    "new",
    "old",
    "again",
    "repeat",
    "base",
    "base64",
    "b64",
    "encoded",
    "string",
    "str",
    "bytes",
    "env",
    "literal",
    "data",
];

const COOKIES: [&str; 11] = [
    "jsessionid",
    "phpsessid",
    "sessid",
    "sessionid",
    "aspxauth",
    "sessioncookie",
    "connectsid",
    "netsessionid",
    "laravelsession",
    "railssession",
    "cisession",
];

/// What a word says about the value behind it; `None` if nothing.
pub(super) fn key(word: &str) -> Option<Key> {
    let word = &word[word.ceil_char_boundary(word.len().saturating_sub(LONGEST))..];
    let mut parts = parts(word);
    while parts.len() > 1 && parts.last().is_some_and(|last| is_behind(last)) {
        parts.pop();
    }
    let last = parts.pop()?;
    if word == "_auth" {
        // A user and a password for a registry of packages.
        return Some(Key { sure: Sure::Always, kind: SecretKind::Token });
    }
    if ["SALT", "PEPPER"].contains(&word) {
        // As a setting of the environment.
        return Some(Key { sure: Sure::Likely, kind: SecretKind::Token });
    }
    let joined = parts.iter().rev().take(2).rev().cloned().collect::<String>() + &last;
    let before = parts.last().map_or("", String::as_str);
    password(&last, before, &joined, parts.is_empty()).or_else(|| other(&last, before, &joined))
}

fn is_behind(part: &str) -> bool {
    BEHIND.contains(&part) || part.bytes().all(|byte| byte.is_ascii_digit())
}

fn password(last: &str, before: &str, joined: &str, alone: bool) -> Option<Key> {
    let short = |word: &str| {
        let joined = last.strip_suffix(word).is_some_and(|front| BEFORE_PASS.contains(&front));
        joined || (last == word && !alone && !NOT_PASS.contains(&before))
    };
    // Commands that set one.
    if ["chpasswd", "gpasswd", "kpasswd", "ldappasswd"].contains(&last) {
        return None;
    }
    let certain = PASSWORDS.iter().any(|end| joined.ends_with(end))
        || short("pass")
        || short("passe")
        || short("pw")
        || ["pw", "psw", "psk", "mdp"].contains(&last);
    let sure = match last {
        _ if certain => Sure::Always,
        "pass" | "otp" | "pin" if alone => Sure::Likely,
        _ => return None,
    };
    Some(Key { sure, kind: SecretKind::Password })
}

fn other(last: &str, before: &str, joined: &str) -> Option<Key> {
    let token = |sure| Some(Key { sure, kind: SecretKind::Token });
    let ends = |words: &[&str]| words.iter().any(|end| joined.ends_with(end));
    match last {
        "authorization" => token(Sure::Header),
        "sessionid" => Some(Key { sure: Sure::Likely, kind: SecretKind::Cookie }),
        "sid" if before.is_empty() => Some(Key { sure: Sure::Random, kind: SecretKind::Cookie }),
        _ if COOKIES.contains(&joined) || COOKIES[..3].iter().any(|name| last.ends_with(name)) => {
            let sure = if joined == "sessionid" { Sure::Random } else { Sure::Always };
            Some(Key { sure, kind: SecretKind::Cookie })
        }
        // What nodes of Erlang know each other by.
        "cookie" if ["release", "erlang", "erl", "node"].contains(&before) => token(Sure::Always),
        "setcookie" => token(Sure::Likely),
        "cookie" | "cookies" => Some(Key { sure: Sure::Header, kind: SecretKind::Cookie }),
        "token" | "secret" | "secrets" | "auth" | "cred" | "credential" | "credentials"
        | "creds" => shared(last, before).and_then(token),
        "code" if BEFORE_CODE.contains(&before) => token(Sure::Likely),
        "csrf" | "xsrf" if before.is_empty() => token(Sure::Likely),
        "verifier" if ["code", "oauth"].contains(&before) => token(Sure::Always),
        "samlresponse" => token(Sure::Always),
        "clave" | "jwt" | "mnemonic" | "bearer" => token(Sure::Likely),
        "signature" if joined.ends_with("accesssignature") => token(Sure::Always),
        "salt" | "pepper" => token(if before.is_empty() { Sure::Random } else { Sure::Likely }),
        "tokens" if !NOT_TOKEN.contains(&before) => token(Sure::Random),
        "key" | "keys" if BEFORE_KEY.contains(&before) => token(Sure::Always),
        "sig" | "signature" | "code" | "key" | "sas" => token(Sure::Random),
        _ if ends(&[
            "accesskeyid",
            "apikey",
            "apikeys",
            "secretkey",
            "accesskey",
            "privatekey",
        ]) || ends(&[
            "accountkey",
            "authkey",
            "appkey",
            "signingkey",
            "encryptionkey",
            "masterkey",
        ]) || ends(&["sharedkey", "licensekey", "functionskey", "secretid", "passkey"]) =>
        {
            token(Sure::Always)
        }
        _ if last.ends_with("token") && !NOT_TOKEN.iter().any(|word| joined.starts_with(word)) => {
            token(Sure::Always)
        }
        _ if last.ends_with("secret") => token(Sure::Always),
        _ => None,
    }
}

/// Words with other meanings: alone they only make it likely.
fn shared(last: &str, before: &str) -> Option<Sure> {
    match last {
        "token" if NOT_TOKEN.contains(&before) => None,
        "token" | "secret" if !before.is_empty() => Some(Sure::Always),
        "auth" if BEFORE_AUTH.contains(&before) => Some(Sure::Always),
        "auth" | "secrets" => Some(Sure::Random),
        _ => Some(Sure::Likely),
    }
}

/// `dbPass`, `DB_PASS` and `db.pass` are `db` and `pass`.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let chars: Vec<char> = word.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1);
        if begins(before, *c, after) && parts.last().is_some_and(|last| !last.is_empty()) {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
            last.extend(c.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a part of a name begins with this character.
fn begins(before: Option<char>, c: char, after: Option<&char>) -> bool {
    let Some(before) = before else { return false };
    let hump = c.is_uppercase() && before.is_lowercase();
    let acronym = c.is_uppercase()
        && before.is_uppercase()
        && after.is_some_and(|after| after.is_lowercase());
    let number = c.is_ascii_digit() && !before.is_ascii_digit();
    hump || acronym || number || !c.is_alphanumeric() || !before.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_they_are_put_together() {
        for word in [
            "password",
            "PGPASSWORD",
            "DB_PW",
            "db.pass",
            "dbPass",
            "DBPass",
            "PGPASS",
            "REDIS_AUTH",
            "NPM_AUTH",
            "spring.datasource.password",
            "SecretKey",
            "api-key",
            "X-Api-Key",
            "client_secret",
            "aws_secret_access_key",
            "AWS_ACCESS_KEY_ID",
            "passphrase",
            "contraseña",
            "Пароль",
            "MYSQL_PWD",
            "password2",
            "new_password_confirmation",
            "SECRET_KEY_BASE",
            "accessToken",
            "JSESSIONID",
            "SSHPASS",
            "requirepass",
            "SharedAccessKey",
            "jwtSecret",
            "OAuth2Token",
        ] {
            assert_eq!(key(word).map(|key| key.sure), Some(Sure::Always), "{word}");
        }
        for word in ["pass", "token", "secret", "credentials"] {
            assert_eq!(key(word).map(|key| key.sure), Some(Sure::Likely), "{word}");
        }
    }

    #[test]
    fn other_names_say_nothing() {
        for word in [
            "bypass",
            "compass",
            "passed",
            "password_reset",
            "POSTGRES_PASSWORD_FILE",
            "token_type",
            "CancellationToken",
            "max_tokens",
            "next_page_token",
            "tokenizer",
            "primary_key",
            "cache_key",
            "public-key",
            "secretName",
            "first_pass",
            "test_password.py",
            "keyboard",
            "",
            "--",
            "author",
            "kjxqmdp",
            "authored",
            "key_2x",
        ] {
            let sure = key(word).map(|key| key.sure).filter(|sure| *sure != Sure::Random);
            assert_eq!(sure, None, "{word}");
        }
    }
}
