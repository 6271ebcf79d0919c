//! Made-up secrets, placed where logs have them: structure × name × value × place in a log,
//! drawn from a seed.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

mod kinds;
mod phrases;
pub mod shapes;

use std::sync::LazyLock;

use shapes::{Shape, Writing};

/// A generator that gives the same draws for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn letters(&mut self, count: usize, from: &str) -> String {
        let from: Vec<char> = from.chars().collect();
        (0..count).map(|_| from[self.below(from.len())]).collect()
    }
}

/// Names of secrets, in the spelling of many programs.
pub const KEYS: [&str; 79] = [
    "password",
    "PASSWORD",
    "Password",
    "passwd",
    "pwd",
    "Pwd",
    "DB_PW",
    "PGPASS",
    "REDIS_AUTH",
    "REDISCLI_AUTH",
    "AMQP_AUTH",
    "KAFKA_SASL_AUTH",
    "MYSQL_ROOT_PASSWORD",
    "POSTGRES_PASSWORD",
    "PGPASSWORD",
    "MYSQL_PWD",
    "db.pass",
    "dbPass",
    "db_pass",
    "spring.datasource.password",
    "SecretKey",
    "secret_key",
    "SECRET_KEY",
    "api-key",
    "apiKey",
    "API_KEY",
    "X-Api-Key",
    "client_secret",
    "clientSecret",
    "aws_secret_access_key",
    "AWS_SECRET_ACCESS_KEY",
    "passphrase",
    "contraseña",
    "passwort",
    "senha",
    "mot_de_passe",
    "db-password",
    "DATABASE_PASSWORD",
    "database.password",
    "admin_password",
    "root_pw",
    "user_passwd",
    "access_token",
    "accessToken",
    "auth_token",
    "refresh_token",
    "API_TOKEN",
    "private_key",
    "encryption_key",
    "SSHPASS",
    "smtp_password",
    "ldap.bind.password",
    "DB_PASSWD",
    "SQLALCHEMY_PASSWORD",
    "RABBITMQ_DEFAULT_PASS",
    "redisPassword",
    "MONGO_INITDB_ROOT_PASSWORD",
    "neo4j_pass",
    "sslpassword",
    "keystore_password",
    "store.pass",
    "signing_key",
    "jwt_secret",
    "APP_SECRET",
    "session_secret",
    "WEBHOOK_SECRET",
    "masterKey",
    "account_key",
    "SharedAccessKey",
    "DJANGO_SECRET_KEY",
    "pw",
    "dbpw",
    "userPassword",
    "password_confirmation",
    "newPassword",
    "old_password",
    "password1",
    "пароль",
    "wachtwoord",
];

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Mixed,
    Lower,
    Digits,
    Marks,
    Spaces,
    Nasty,
    Unicode,
    Hex,
    Base64,
    Uuid,
    Short,
    Word,
}

/// All kinds.
pub const KINDS: [Kind; 12] = [
    Kind::Mixed,
    Kind::Lower,
    Kind::Digits,
    Kind::Marks,
    Kind::Spaces,
    Kind::Nasty,
    Kind::Unicode,
    Kind::Hex,
    Kind::Base64,
    Kind::Uuid,
    Kind::Short,
    Kind::Word,
];

const WORD: &str = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LOWER: &str = "bcdfghjklmnpqrstvwxz";

fn value(dice: &mut Dice, kind: Kind) -> String {
    let hex = "0123456789abcdef";
    let plain = |dice: &mut Dice, count| dice.letters(count, WORD);
    match kind {
        Kind::Mixed => format!("{}7x", plain(dice, 10)),
        Kind::Lower => dice.letters(9, LOWER),
        Kind::Digits => format!("7{}", dice.letters(8, "0123456789")),
        Kind::Marks => {
            format!("{}!{}-{}$_{}", plain(dice, 3), plain(dice, 3), plain(dice, 2), plain(dice, 3))
        }
        Kind::Spaces => {
            format!("{} {} {}9", dice.letters(5, LOWER), plain(dice, 6), dice.letters(4, LOWER))
        }
        Kind::Nasty => {
            let mut text = plain(dice, 4);
            for _ in 0..4 {
                text.push(dice.pick(&[
                    '\'', '"', '\\', '@', '/', ':', ',', ';', '&', '=', '%', '{', '}', '<', '>',
                    '#', '?', '+', '(', ']', '|', '~', '^', '*', '!',
                ]));
                text += &plain(dice, 3);
            }
            text
        }
        Kind::Unicode => format!("{}ä{}ß{}é", plain(dice, 4), plain(dice, 3), plain(dice, 3)),
        Kind::Hex => dice.letters(32, hex),
        Kind::Base64 => format!("{}+{}/{}==", plain(dice, 8), plain(dice, 10), plain(dice, 4)),
        Kind::Uuid => [8, 4, 4, 4, 12].map(|count| dice.letters(count, hex)).join("-"),
        // What can be spoken, and is no word.
        Kind::Word => {
            let syllable = |_| dice.letters(1, "bdfgklmnprtvz") + &dice.letters(1, "aeiou");
            (0..4).map(syllable).collect::<String>() + "k"
        }
        Kind::Short => format!("{}{}4", dice.letters(2, LOWER), plain(dice, 2)),
    }
}

/// A secret in a log.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Lines as they stand in the log.
    pub text: String,
    /// The same without the secret.
    pub without: String,
    /// The secret as it stands there, and as it is.
    pub written: String,
    pub secret: String,
    pub shape: &'static str,
}

/// Places in a log: `{}` is the text, whose further lines get what stands before the first.
const PLACES: [(&str, &str); 13] = [
    ("{}", ""),
    ("2026-11-20 12:00:01,123 ERROR [app.db] {}", ""),
    ("12:00:01 - src.core.database - INFO - [DB_ENGINE_CREATE] {} - Worker: gw0", ""),
    ("E   {}", "E   "),
    ("E       sqlalchemy.exc.OperationalError: {}", "E       "),
    ("    {}", "    "),
    ("db_1  | {}", "db_1  | "),
    ("2026-11-20T12:00:01.123Z {}", "2026-11-20T12:00:02.001Z "),
    ("[gw1] INFO root:conftest.py:64 settings {}", ""),
    ("{\"level\":\"info\",\"msg\":\"{json}\",\"pid\":7}", ""),
    ("{\"log\":\"{json}\\n\",\"stream\":\"stdout\"}", ""),
    ("FAILED tests/test_a.py::test_x[{}] - AssertionError", ""),
    ("DEBUG GET http://localhost:8080/x?next={pct} 200", ""),
];

static SHAPES: LazyLock<Vec<&'static Shape>> = LazyLock::new(shapes::all);

/// The next placement that the shapes allow.
pub fn next(dice: &mut Dice) -> Placed {
    loop {
        let shape = dice.pick(&SHAPES);
        let (key, kind) = (dice.pick(&KEYS), dice.pick(&KINDS));
        let place = dice.below(PLACES.len());
        let value = value(dice, kind);
        if let Some(placed) = placed(shape, key, kind, &value, place) {
            return placed;
        }
    }
}

fn placed(
    shape: &'static Shape,
    key: &str,
    kind: Kind,
    value: &str,
    place: usize,
) -> Option<Placed> {
    let (head, margin) = PLACES[place];
    let lines = shape.text.contains('\n');
    let whole = head.starts_with('{')
        || head.trim() == "{}"
        || (!margin.is_empty() && !head.contains("sqlalchemy"));
    let plain = head.contains("{}");
    let alone = shape.writing == Writing::Line;
    // In an address only what has no blank, in a test's name no line end, in JSON all.
    let fits = (!lines || (plain && (margin == head.trim_end_matches("{}") || head == "{}")))
        && (!alone || (whole && plain))
        && (!head.contains("test_x[") || (!lines && kind != Kind::Nasty && kind != Kind::Spaces))
        && shape.writing.allows(kind, value)
        && (shape.any_key || !shape.text.contains("{K}") || shape.keys(key));
    let written = shape.writing.write(value);
    let at = |value: &str| {
        place_text(&shape.text.replace("{K}", key).replace("{V}", value), head, margin)
    };
    fits.then(|| Placed {
        text: at(&written),
        without: at(""),
        written,
        secret: value.to_owned(),
        shape: shape.text,
    })
}

fn place_text(text: &str, head: &str, margin: &str) -> String {
    let text = text.replace('\n', &format!("\n{margin}"));
    head.replace("{json}", &shapes::json(&text))
        .replace("{pct}", &shapes::percent(&text))
        .replace("{}", &text)
}

/// Parts of the secret of four letters or more that the masked text still has.
pub fn leaks(placed: &Placed, masked: &str) -> Vec<String> {
    let mut left = Vec::new();
    // `ken-` of a secret is not what `‹token-1›` still has of it.
    let masked = masked.replace("‹token-", "‹").replace("‹password-", "‹");
    for spelling in [&placed.written, &placed.secret] {
        let chars: Vec<char> = spelling.chars().collect();
        if masked.contains(spelling.as_str()) && !placed.without.contains(spelling.as_str()) {
            left.push(spelling.clone());
        }
        for window in chars.windows(4) {
            let part: String = window.iter().collect();
            let telling = part.chars().filter(|c| c.is_alphanumeric()).count() > 2;
            if telling && masked.contains(&part) && !placed.without.contains(&part) {
                left.push(part);
            }
        }
    }
    left
}
