//! Secrets in the shapes that logs print. `tests/secrets.rs` plants many more.

use super::tool::{Ran, examine, record, run};

/// Put together, so that this file holds no secret.
fn secret() -> String {
    ["Hunter2-", "Zq9!x"].concat()
}

fn planted(lines: &[String]) -> Ran {
    let records: String = lines
        .iter()
        .enumerate()
        .map(|(i, line)| record(i as u64, &format!("[DB_ENGINE_CREATE] {line}")))
        .collect();
    let failed: String = lines
        .iter()
        .map(|line| format!("FAILED tests/a.py::test_x - sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00 {line}\n"))
        .collect();
    let ran = examine("secrets.log", records + &failed + &run("gw0", 10, 2, 9000));
    for part in [secret(), "Hunter2".into(), "Zq9!x".into()] {
        assert!(!ran.leaks(&part), "{part} is left");
    }
    ran
}

#[test]
fn c54_passwords_in_addresses() {
    let p = secret();
    let ran = planted(&[
        format!("postgresql://svc_user:{p}@db.internal.example:5432/app"),
        format!("postgresql+asyncpg://svc_user:{p}@[2001:db8::1]:5432/app"),
        format!("redis://:{p}@r:6379/0"),
        format!("postgresql://u:p@ss:w/rd{p}@h:5432/app"),
        format!("jdbc:sqlserver://h;databaseName=a;user=u;password={p};"),
        format!("host=h password='{p} with space' dbname=a"),
        format!("Driver={{ODBC Driver 18}};UID=u;PWD={{{p}}};"),
        format!("u:{p}@tcp(h:3306)/a"),
        "Engine(postgresql://u:***@h/a)".into(),
    ]);
    assert!(ran.report["redaction"]["masked"].as_array().is_some_and(|kinds| !kinds.is_empty()));
}

#[test]
fn c55_tokens_and_keys() {
    let token = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6";
    let shapes = [
        "AK IA",
        "gh p_",
        "gl pat-",
        "xo xb-1234567890-1234567890-",
        "sk _live_",
        "np m_",
        "hv s.",
    ];
    let lines: Vec<String> = shapes
        .iter()
        .map(|shape| {
            shape.replace(' ', "")
                + &if *shape == "AK IA" { token[..16].to_uppercase() } else { token.to_owned() }
        })
        .chain([format!("Authorization: Bearer {token}"), format!("x-api-key: {token}")])
        .collect();
    let ran = planted(&lines);
    assert!(!ran.leaks(token), "a token is left");
}

#[test]
fn c56_environments_and_encoded_secrets() {
    let p = secret();
    planted(&[
        format!("POSTGRES_PASSWORD={p}"),
        format!("export PGPASSWORD='{p}'"),
        format!(
            "{{\"env\": {{\"DATABASE_URL\": \"postgres://u:{p}@h/a\", \"SECRET_KEY\": \"{p}\"}}}}"
        ),
        format!("{{'password': '{p}', 'db_passwd': '{p}'}}"),
        format!("\"Env\": [\"POSTGRES_PASSWORD={p}\"]"),
        format!("docker run -e POSTGRES_PASSWORD={p} -e X=1"),
        format!("<password>{p}</password>"),
        format!("$env:PGPASSWORD = \"{p}\""),
        format!("postgres://u:{}\u{1b}[1m{}\u{1b}[0m@h/a", &p[..4], &p[4..]),
        format!("\"{{\\\"url\\\": \\\"postgres://u:{p}@h/a\\\"}}\""),
    ]);
}

#[test]
fn c56_what_is_announced_far_from_all_evidence() {
    let p = secret();
    let log = format!("app: POSTGRES_PASSWORD={p}\n")
        + &run("gw0", 10, 2, 0)
        + &format!(
            "FAILED tests/a.py::test_a - psycopg2.OperationalError: connection refused for {p}\n"
        );
    let ran = examine("far.log", log);
    assert!(!ran.leaks(&p), "what is announced once is masked everywhere");
}

#[test]
fn c57_what_a_program_masked_badly_itself() {
    planted(&[format!("DB URL: ...@tail{}@db.internal.example:5432/app", secret())]);
}

#[test]
fn c58_secrets_in_names() {
    let url = format!("postgres://u:{}@h/a", secret());
    let error = "sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00";
    let log = run("gw0", 10, 2, 0)
        + &format!("FAILED tests/a.py::test_connect[{url}] - {error}\n")
        + &record(
            9000,
            &format!("[DB_SESSION] Creating session #1 - Worker: gw0-redis://x:{}@r", secret()),
        );
    let ran = examine("names.log", log);
    assert!(!ran.leaks(&secret()), "a name tells it");
}

#[test]
fn c59_what_only_looks_like_a_secret() {
    let kept = [
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "passed=12 failed=0",
        "bypass: true",
        "token bucket refilled",
        "primary key=id",
        "Session #50 created",
    ];
    let error = "sqlalchemy.exc.TimeoutError: QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00";
    let log: String =
        kept.iter().map(|text| format!("FAILED tests/a.py::test_x - {error} {text}\n")).collect();
    let ran = examine("kept.log", log + &run("gw0", 10, 2, 0));
    assert_eq!(ran.report["redaction"]["masked"], serde_json::json!([]));
}
