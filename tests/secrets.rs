//! Made-up secrets in every shape that logs print: no byte of them may reach an output.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and tells its seed"
)]

#[path = "../crates/logscan-report/tests/placements/mod.rs"]
mod placements;
mod support;

use std::fmt::Write as _;
use std::io::{Cursor, Read};

use logscan_report::Format;
use support::{logscan, root, temporary, text};

/// Addresses, connection strings and settings; `{}` stands for the password.
const SHAPES: [&str; 52] = [
    "postgresql://user:{}@db:5432/app",
    "postgresql+asyncpg://user:{}@localhost:5432/app?ssl=off",
    "postgres://user:{}@10.0.0.7/app",
    "postgres://:{}@db/app",
    "mysql+pymysql://user:{}@db:3306/app",
    "mariadb://user:{}@db/app",
    "mongodb+srv://user:{}@cluster0.example.net/app",
    "redis://:{}@cache:6379/0",
    "rediss://default:{}@cache:6379",
    "amqp://guest:{}@mq:5672//",
    "ecto://user:{}@db/app_test",
    "sqlserver://sa:{}@db:1433?database=app",
    "clickhouse://user:{}@db:9000/app",
    "cockroachdb://root:{}@db:26257/app",
    "https://user:{}@registry.example.com/simple/",
    "git clone https://oauth2:{}@git.example.com/a/b.git",
    "jdbc:postgresql://db:5432/app?user=u&password={}&ssl=true",
    "jdbc:mysql://db/app?user=u&password={}",
    "jdbc:sqlserver://db:1433;databaseName=app;user=u;password={};encrypt=true",
    "jdbc:oracle:thin:scott/{}@db:1521/app",
    "oracle+oracledb://scott:{}@db:1521/?service_name=app",
    "user:{}@tcp(db:3306)/app?parseTime=true",
    "host=db port=5432 user=u password={} dbname=app",
    "host=db user=u password='{}' dbname=app connect_timeout=5",
    "dbname=app user=u password = {} host=db",
    "Driver={PostgreSQL Unicode};Server=db;Port=5432;Database=app;Uid=u;Pwd={};",
    "Host=db;Port=5432;Username=u;Password={};Database=app;Pooling=true",
    "Server=db,1433;User Id=u;Password={};Encrypt=False",
    "Data Source=db;User ID=u;PWD={};",
    "AccountName=store;AccountKey={};EndpointSuffix=core.windows.net",
    "DATABASE_URL=postgresql://user:{}@db/app",
    "PGPASSWORD={} psql -h db -U user app",
    "MYSQL_PWD={} mysqladmin ping",
    "POSTGRES_PASSWORD={}",
    "export DB_PASSWORD=\"{}\"",
    "docker run -e POSTGRES_PASSWORD={} -p 5432:5432 postgres:16",
    "docker run --env MYSQL_ROOT_PASSWORD={} mysql:8",
    "mysqld_safe --user=u --password={} --port=3306",
    "pg_dump --username u --password {} app",
    "env: {'POSTGRES_USER': 'u', 'POSTGRES_PASSWORD': '{}', 'PATH': '/bin'}",
    "settings {\"user\": \"u\", \"password\": \"{}\", \"port\": 5432}",
    "settings {\\\"user\\\": \\\"u\\\", \\\"password\\\": \\\"{}\\\"}",
    "connect(user='u', password='{}', host='db')",
    "Settings(db_user='u', db_password=SecretBytes(b'{}'), pool=5)",
    "config: [username: \"u\", password: \"{}\", hostname: \"db\"]",
    "%{username: \"u\", password: \"{}\", pool_size: 10}",
    "PgConnectOptions { host: \"db\", password: Some(\"{}\"), port: 5432 }",
    "spring.datasource.password={}",
    "database.password: {}",
    "ALTER ROLE app WITH LOGIN PASSWORD '{}'",
    "CREATE USER 'app'@'%' IDENTIFIED BY '{}'",
    "sasl.jaas.config=PlainLoginModule required username=\"u\" password=\"{}\";",
];

/// Tokens: what begins them, the length of the rest, and its letters.
const TOKENS: [(&str, usize, &str); 28] = [
    ("ghp_", 36, WORD),
    ("gho_", 36, WORD),
    ("github_pat_", 60, WORD),
    ("glpat-", 20, WORD),
    ("xoxb-", 40, WORD),
    ("AKIA", 16, CAPITALS),
    ("AIza", 35, WORD),
    ("ya29.", 40, WORD),
    ("sk_live_", 24, WORD),
    ("rk_live_", 24, WORD),
    ("whsec_", 32, WORD),
    ("sk-proj-", 40, WORD),
    ("npm_", 36, WORD),
    ("pypi-", 60, WORD),
    ("dckr_pat_", 27, WORD),
    ("dop_v1_", 64, HEX),
    ("hf_", 34, WORD),
    ("hvs.", 40, WORD),
    ("shpat_", 32, HEX),
    ("dapi", 32, HEX),
    ("glsa_", 41, WORD),
    ("lin_api_", 40, WORD),
    ("Authorization: Bearer ", 48, WORD),
    ("authorization: Basic ", 32, WORD),
    ("X-Api-Key: ", 32, WORD),
    ("Cookie: sessionid=", 32, WORD),
    ("AWS_SECRET_ACCESS_KEY=", 40, WORD),
    ("https://hooks.slack.com/services/T024BE7LD/B024BE7LH/", 24, WORD),
];

const WORD: &str = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";
const OF_EACH: usize = 8;

/// A generator that gives the same secrets in every run.
struct Dice(u64);

impl Dice {
    fn letters(&mut self, count: usize, from: &str) -> String {
        let from: Vec<char> = from.chars().collect();
        let mut letter = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            from[(self.0 >> 33) as usize % from.len()]
        };
        (0..count).map(|_| letter()).collect()
    }
}

/// Texts with a secret each, by shape.
fn planted() -> Vec<Vec<(String, String)>> {
    let mut dice = Dice(2026);
    let mut all = Vec::new();
    for shape in SHAPES {
        let passwords = (0..OF_EACH).map(|index| {
            let plain = dice.letters(10 + index, WORD);
            // Marks that programs print as they are, in some of them.
            let mark = ["", "!", "%40", "-", "_", "$", "%2F", "+"][index];
            format!("{}{mark}{}", &plain[..5], &plain[5..])
        });
        let passwords: Vec<String> = passwords.collect();
        all.push(passwords.into_iter().map(|one| (shape.replace("{}", &one), one)).collect());
    }
    for (prefix, length, letters) in TOKENS {
        let secrets: Vec<String> = (0..OF_EACH).map(|_| dice.letters(length, letters)).collect();
        all.push(secrets.into_iter().map(|one| (format!("{prefix}{one}"), one)).collect());
    }
    all
}

/// A log in which every text reaches the report: as evidence, as an engine's address, in the
/// name of a test and in lines that nobody knows.
fn log(texts: &[(String, String)]) -> String {
    let mut log = String::new();
    for (index, (text, _)) in texts.iter().enumerate() {
        let second = 10 + index;
        let number = index + 1;
        let mut line = |logger: &str, level: &str, message: &str| {
            _ = writeln!(log, "12:00:{second} - {logger} - {level} - {message}");
        };
        line(
            "tests.conftest",
            "INFO",
            &format!("[TEST_SETUP] Starting test: tests/test_a.py::test_x[{text}]"),
        );
        line(
            "src.core.database",
            "INFO",
            &format!("[DB_ENGINE_CREATE] Creating engine for {text} - Worker: gw0"),
        );
        line(
            "src.core.database",
            "DEBUG",
            &format!("[DB_SESSION] Creating session #{number} - Worker: gw0"),
        );
        line(
            "src.core.database",
            "ERROR",
            &format!(
                "[DB_SESSION] Session #{number} connection test failed in 1.002s: QueuePool limit of size 3 \
             overflow 2 reached, connection timed out, timeout 1.00 {text}"
            ),
        );
        line("some.library", "INFO", &format!("[OWN_PREFIX] connected with {text} again"));
    }
    log
}

/// All that the program writes for this log: every format, the tables, the bundle, a comparison.
fn outputs(log: &str) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let (_kept, log) = temporary("test_debug.log", log.as_bytes());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = Format::ALL.map(Format::name).map(|name| format!("{name}:{}", path(name)));
    let tables = path("tables/");
    let mut args = vec!["analyze", log.as_str(), "--verbose", "--output", tables.as_str()];
    files.iter().for_each(|file| args.extend(["-o", file]));
    let output = logscan(&args);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let mut all = vec![("verbose".to_owned(), output.stdout), ("stderr".to_owned(), output.stderr)];
    let zip = path("ticket.zip");
    assert_eq!(logscan(&["bundle", &log, "-o", &zip]).status.code(), Some(0));
    all.push(("diff".to_owned(), logscan(&["diff", "samples/healthy", &log]).stdout));
    all.push(("init".to_owned(), logscan(&["init", &log]).stdout));
    all.push(("why".to_owned(), logscan(&["formats", "--why", &log]).stdout));
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(zip).unwrap())).unwrap();
    for index in 0..archive.len() {
        let mut content = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut content).unwrap();
        all.push((format!("bundle {index}"), content));
    }
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let written = [entry.path()].into_iter().filter(|path| path.is_file());
        let tables = std::fs::read_dir(entry.path()).into_iter().flatten().flatten();
        for path in written.chain(tables.map(|table| table.path())) {
            all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    all
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn no_byte_of_a_secret_reaches_an_output() {
    let planted = planted();
    assert!(planted.iter().map(Vec::len).sum::<usize>() >= 400);
    let mut leaks = Vec::new();
    for texts in planted.chunks(4).map(|some| some.concat()) {
        let all = outputs(&log(&texts));
        let json = all.iter().find(|(name, _)| name.ends_with("json")).unwrap();
        let masked = [
            b"\xe2\x80\xb9password-1".as_slice(),
            b"\xe2\x80\xb9token-1",
            b"\xe2\x80\xb9cookie-1",
            b"\xe2\x80\xb9key-1",
        ];
        let told = masked.iter().any(|name| json.1.windows(name.len()).any(|bytes| bytes == *name));
        assert!(told, "{} did not reach the report", texts[0].0);
        for (name, content) in &all {
            for (text, secret) in &texts {
                if contains(content, secret) {
                    leaks.push(format!("{text} in {name}"));
                }
            }
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks, such as\n{}",
        leaks.len(),
        leaks[..leaks.len().min(20)].join("\n")
    );
}

/// A log whose errors quote a placement each, in their line and in those that follow.
fn quoting(placed: &[placements::Placed]) -> String {
    let mut log = log(&[("nothing".to_owned(), String::new())]);
    for (index, placed) in placed.iter().enumerate() {
        let head = format!("12:0{}:{:02} - src.core.database - ERROR", 1 + index / 60, index % 60);
        let number = index + 2;
        _ = writeln!(
            log,
            "{head} - [DB_SESSION] Session #{number} connection test failed in 1.002s: QueuePool limit of \
             size 3 overflow 2 reached, connection timed out, timeout 1.00\n{}",
            placed.text
        );
        if !placed.text.contains('\n') {
            _ = writeln!(log, "{head} - [DB_SESSION] Session #{number} failed: {}", placed.text);
        }
    }
    log
}

#[test]
fn placements_drawn_from_a_seed_reach_no_output() {
    let seed =
        std::env::var("LOGSCAN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    println!("LOGSCAN_SEED={seed}");
    let mut dice = placements::Dice(seed);
    let placed: Vec<_> = (0..240).map(|_| placements::next(&mut dice)).collect();
    let mut leaks = Vec::new();
    for some in placed.chunks(60) {
        for (name, content) in outputs(&quoting(some)) {
            let left = some
                .iter()
                .filter(|placed| placed.secret.len() > 7 && contains(&content, &placed.secret));
            leaks.extend(left.map(|placed| format!("{} in {name}", placed.text)));
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks, such as\n{}",
        leaks.len(),
        leaks[..leaks.len().min(20)].join("\n")
    );
}

#[test]
fn what_is_no_secret_stays_readable() {
    let (mut lines, mut wrong) = (0, Vec::new());
    for folder in std::fs::read_dir(root().join("samples")).unwrap().flatten() {
        for file in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let content = std::fs::read(file.path()).unwrap();
            for line in String::from_utf8_lossy(&content).lines() {
                lines += 1;
                let mut masked = line.to_owned();
                logscan_report::redact::text(&mut masked);
                let announced = ["assword", "://", "token", "PGPASS", "[parameters: ("];
                if masked != line && !announced.iter().any(|word| line.contains(word)) {
                    wrong.push(format!("{line}\n  {masked}"));
                }
            }
        }
    }
    assert!(lines > 15_000);
    assert!(wrong.len() * 10_000 <= lines, "{} of {lines}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn masking_can_be_switched_off_and_is_then_stated() {
    let texts = [("postgresql://user:Xk29fjw0Lq@db/app".to_owned(), "Xk29fjw0Lq".to_owned())];
    let (_kept, log) = temporary("test_debug.log", log(&texts).as_bytes());
    for (format, told) in [
        ("human", "Nothing was masked"),
        ("markdown", "Nothing was masked"),
        ("html", "Nothing was masked"),
        ("json", "\"on\": false"),
    ] {
        let output = logscan(&["analyze", &log, "--redact", "off", "--format", format]);
        let written = text(&output.stdout);
        assert!(written.contains("Xk29fjw0Lq") || format == "human", "{format}");
        assert!(written.contains(told), "{format}: {written}");
    }
}

#[test]
fn names_that_are_the_most_alike_are_masked() {
    let log = "DB_PASSWORD=Zq8kRt51LmWx20\ntests/test_a.py::test_login[Zq8kRt51LmWx20] FAILED\n";
    let (_kept, path) = temporary("job.log", log.as_bytes());
    let output = logscan(&["analyze", &path, "--test", "test_logon"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("test_login[") && !said.contains("Zq8kRt51LmWx20"), "{said}");
}
