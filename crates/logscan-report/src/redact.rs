//! Secrets are taken out of the report before any writer sees it.
//!
//! Logs print connection strings, headers and whole environments. A report is made to be
//! shared, so every text of it is searched, not only those that should hold an address.
//! The walk names every field of the model: a new field does not compile until somebody
//! has decided whether it can hold a secret.

mod address;
mod attached;
mod before;
mod below;
mod block;
mod calls;
mod commands;
mod cookies;
mod duplicates;
mod extent;
mod find;
mod forms;
mod further;
#[cfg(test)]
mod growth;
mod harmless;
mod hashes;
mod headers;
mod inserts;
mod items;
mod judge;
mod keys;
mod known;
mod layers;
mod loose;
mod manifest;
mod nearby;
mod pairs;
mod parameters;
mod phrases;
mod pipes;
mod placeholder;
mod plurals;
mod procedures;
mod pseudonym;
mod quotes;
mod records;
mod replies;
mod sentence;
mod settings;
mod signs;
mod spelled;
mod statements;
mod steps;
mod table;
mod tag;
mod tokens;
mod tools;
mod validation;
mod value;
mod within;
mod words;
mod workflow;
mod wrappers;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use logscan_model::comparison::Comparison;
use logscan_model::failure::FailureGroup;
use logscan_model::finding::{Accepted, Evidence, Hypothesis, Resource, Sentence};
use logscan_model::note::Note;
use logscan_model::report::{Filter, Input, Redaction, Verdict};
use logscan_model::timeline::{
    ConnectionCount, Engine, Fault, Name, Pool, Service, Session, Test, TestIndex, Timeline, Worker,
};
use logscan_model::{Finding, Report};

use known::Known;
use pseudonym::Pseudonyms;

/// Bytes of a text that somebody points at, and that move with the text.
type Span = Option<[u32; 2]>;

/// What is done to every text of a report.
struct Visitor<'v> {
    change: &'v mut dyn FnMut(&mut String, &mut Span),
    /// Names that it leaves as they are: thousands of sessions share a few.
    plain: HashSet<Name>,
}

impl<'v> Visitor<'v> {
    fn new(change: &'v mut dyn FnMut(&mut String, &mut Span)) -> Self {
        Self { change, plain: HashSet::new() }
    }

    fn text(&mut self, text: &mut String) {
        (self.change)(text, &mut None);
    }

    /// What is not of the log holds no secret.
    fn sentence(&mut self, sentence: &mut Sentence) {
        if let Cow::Owned(text) = sentence {
            self.text(text);
        }
    }

    fn name(&mut self, name: &mut Name) {
        if self.plain.contains(name) {
            return;
        }
        let mut shown = name.to_string();
        self.text(&mut shown);
        if shown == **name {
            self.plain.insert(Name::clone(name));
        } else {
            *name = shown.into();
        }
    }
}

/// Masks secrets; the same secret gets the same name wherever it stands.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    emails: bool,
    names: Pseudonyms,
    /// Users, hosts and bases of addresses, which a report needs.
    said: HashSet<String>,
    /// What was announced so far, in parts, so that later ones cost little.
    known: Vec<Known>,
}

/// Times that a text is searched at most: a mask may make plain what stands beside it.
const ROUNDS: usize = 4;

impl Redactor {
    /// A redactor that has seen nothing; `emails` are masked if wanted.
    #[must_use]
    pub fn new(emails: bool) -> Self {
        Self { emails, ..Self::default() }
    }

    /// Masks the secrets in every text of the report, and says in it what was masked.
    ///
    pub fn report(&mut self, report: &mut Report) {
        walk(report, &mut Visitor::new(&mut |text, span| self.mask(text, span)));
        // What was announced as a secret in one place may stand bare in another one.
        self.learn();
        if !self.known.is_empty() {
            walk(report, &mut Visitor::new(&mut |text, span| self.replace_known(text, span)));
        }
        report.redaction = Redaction { on: true, masked: self.names.audit() };
    }

    /// Masks the secrets in every text of a comparison.
    pub fn comparison(&mut self, comparison: &mut Comparison) {
        let Comparison { before, after, findings, .. } = comparison;
        let sides =
            [before, after].into_iter().flat_map(|side| [&mut side.name, &mut side.headline]);
        let titles = findings.iter_mut().map(|finding| &mut finding.title);
        let mut texts: Vec<&mut String> = sides.chain(titles).collect();
        texts.iter_mut().for_each(|text| self.mask(text, &mut None));
        self.learn();
        texts.into_iter().for_each(|text| self.replace_known(text, &mut None));
        comparison.redacted = true;
    }

    /// Masks the secrets of a text that goes elsewhere than into a report.
    pub fn text(&mut self, text: &mut String) {
        self.mask(text, &mut None);
        self.learn();
        self.replace_known(text, &mut None);
    }

    /// Masks what was announced so far wherever it stands in a text, and nothing else.
    pub fn announced_in(&mut self, text: &mut String) {
        self.learn();
        self.replace_known(text, &mut None);
    }

    /// Masks the secrets of a line, and moves a span of it with the text.
    pub fn line(&mut self, text: &mut String, span: &mut Option<[u32; 2]>) {
        self.mask(text, span);
    }

    /// Reads a line that is not shown: what it announces is masked wherever it stands.
    pub fn announced(&mut self, line: &str) {
        self.names.unseen = true;
        self.mask(&mut line.to_owned(), &mut None);
        self.names.unseen = false;
    }

    /// Reads lines that are not shown and follow each other.
    pub fn announced_lines(&mut self, lines: &[String]) {
        self.announced(&lines.join("\n"));
        if let Some(messages) = records::messages(lines) {
            self.announced(&messages.join("\n"));
        }
    }

    /// Masks the secrets of lines that follow each other; each stays a line of its own.
    pub fn lines(&mut self, lines: &[String]) -> Vec<String> {
        if let Some(messages) = records::messages(lines) {
            let lines = records::with_messages(lines, &self.lines(&messages));
            return self.plain_lines(&lines);
        }
        self.plain_lines(lines)
    }

    fn plain_lines(&mut self, lines: &[String]) -> Vec<String> {
        // The rest of a line's end would stand between a name and its value below.
        let bare: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('\r')).collect();
        let mut text = bare.join("\n");
        self.text(&mut text);
        let end = |(line, bare): (&String, &&str)| line[bare.len()..].to_owned();
        let ends = lines.iter().zip(&bare).map(end);
        text.split('\n').zip(ends).map(|(line, end)| line.to_owned() + &end).collect()
    }

    fn mask(&mut self, text: &mut String, span: &mut Span) {
        for _ in 0..ROUNDS {
            let found = find::find(text, self.emails);
            if found.is_empty() {
                return;
            }
            let mut named = Vec::with_capacity(found.len());
            for secret in found {
                self.remember(address::names(text, &secret.range));
                let value = &text[secret.range.clone()];
                let mut name = self.names.of(secret.kind, value, secret.certain);
                if let Some(password) = forms::password(value).filter(|_| secret.certain) {
                    self.names.also(&password, &name);
                }
                name.extend(value.matches('\n'));
                named.push((secret.range, name));
            }
            replace(text, span, &named);
        }
    }

    /// Keeps who and what an address names beside its password.
    fn remember(&mut self, names: Vec<String>) {
        self.said.extend(names.into_iter().map(|name| name.to_lowercase()));
    }

    /// Makes what was announced since the last time known. Parts of like size become one, so
    /// that all of it costs little more than each secret once.
    fn learn(&mut self) {
        let secrets = self.names.certain();
        let mut from = self.known.iter().map(|known| known.secrets).sum::<usize>();
        if from == secrets.len() {
            return;
        }
        while let Some(last) = self.known.pop_if(|last| last.secrets <= 2 * (secrets.len() - from))
        {
            from -= last.secrets;
        }
        self.known.push(Known::new(&secrets[from..], &self.said));
    }

    fn replace_known(&mut self, text: &mut String, span: &mut Span) {
        for known in &self.known {
            let found = known.find(text).into_iter();
            let named: Vec<_> = found.map(|(range, name)| (range, name.to_owned())).collect();
            named.iter().for_each(|(_, name)| self.names.again(name));
            replace(text, span, &named);
        }
    }
}

/// Masks the secrets of a text by themselves: names are given anew.
pub fn text(text: &mut String) {
    Redactor::default().text(text);
}

/// Puts names in place of what stands in these ranges, which follow each other.
fn replace(text: &mut String, span: &mut Span, named: &[(Range<usize>, String)]) {
    if named.is_empty() {
        return;
    }
    steps::count(text.len());
    let mut shown = String::with_capacity(text.len());
    let (mut from, mut moved) = (0, *span);
    for (range, name) in named {
        shown.push_str(&text[from..range.start]);
        let place = shown.len()..shown.len() + range.len();
        moved = moved.map(|span| span_after(span, &place, name.len()));
        shown.push_str(name);
        from = range.end;
    }
    shown.push_str(&text[from..]);
    *text = shown;
    *span = moved;
}

/// Where a span stands after the secret was replaced by so many bytes.
fn span_after([start, end]: [u32; 2], secret: &Range<usize>, by: usize) -> [u32; 2] {
    let moved = |at: u32, inside: usize| {
        let at = at as usize;
        let moved = match at {
            at if at <= secret.start => at,
            at if at >= secret.end => at - secret.len() + by,
            _ => secret.start + inside,
        };
        u32::try_from(moved).unwrap_or(u32::MAX)
    };
    [moved(start, 0), moved(end, by)]
}

/// Shows every text of the report to the visitor.
fn walk(report: &mut Report, visitor: &mut Visitor<'_>) {
    let Report {
        schema: _,
        tool: _,
        verdict,
        inputs,
        findings,
        failures,
        filter,
        notes,
        timeline,
        stats: _,
        redaction: _,
    } = report;
    let Verdict { status: _, headline, root_causes: _ } = verdict;
    visitor.text(headline);
    inputs.iter_mut().for_each(|it| input(it, visitor));
    findings.iter_mut().for_each(|it| finding(it, visitor));
    failures.groups.iter_mut().for_each(|it| failure_group(it, visitor));
    if let Some(Filter { options, hidden: _ }) = filter {
        options.iter_mut().for_each(|it| visitor.text(it));
    }
    notes.iter_mut().for_each(|it| note(it, visitor));
    whole_timeline(timeline, visitor);
}

fn input(input: &mut Input, visitor: &mut Visitor<'_>) {
    visitor.text(&mut input.name);
    input.unknown_shapes.iter_mut().for_each(|shape| visitor.text(&mut shape.shape));
}

fn note(note: &mut Note, visitor: &mut Visitor<'_>) {
    visitor.text(&mut note.sentence);
}

fn failure_group(group: &mut FailureGroup, visitor: &mut Visitor<'_>) {
    let FailureGroup { error, message, count: _, tests, finding: _, first: _, domain: _ } = group;
    [error, message].into_iter().chain(tests).for_each(|text| visitor.text(text));
}

fn finding(finding: &mut Finding, visitor: &mut Visitor<'_>) {
    let Finding {
        id: _,
        code: _,
        name: _,
        class: _,
        severity: _,
        confidence: _,
        confidence_reason,
        title,
        detail,
        numbers: _,
        workers,
        tests,
        affected_tests,
        resource,
        start: _,
        end: _,
        count: _,
        evidence: lines,
        evidence_total: _,
        basis: _,
        hypotheses,
        caused_by: _,
        suggestion,
        would_refute,
        fingerprint: _,
        accepted,
    } = finding;
    let sentences = [confidence_reason, detail, suggestion, would_refute];
    sentences.into_iter().for_each(|text| visitor.sentence(text));
    let names = [workers, tests, affected_tests].into_iter().flatten();
    std::iter::once(title).chain(names).for_each(|text| visitor.text(text));
    for Hypothesis { claim, decided_by } in hypotheses {
        [claim, decided_by].into_iter().for_each(|text| visitor.sentence(text));
    }
    if let Some(Resource { kind: _, name }) = resource {
        visitor.text(name);
    }
    if let Some(Accepted { by: _, reason, date: _ }) = accepted {
        visitor.text(reason);
    }
    lines.iter_mut().for_each(|it| evidence(it, visitor));
}

fn evidence(line: &mut Evidence, visitor: &mut Visitor<'_>) {
    visitor.sentence(&mut line.label);
    (visitor.change)(&mut line.text, &mut line.span);
}

fn whole_timeline(timeline: &mut Timeline, visitor: &mut Visitor<'_>) {
    let Timeline {
        workers,
        tests,
        sessions,
        pools,
        engines,
        services,
        connection_counts,
        faults,
        table_makers,
        server_limit: _,
        server_starts: _,
        server_ready: _,
        first_errors: _,
        first_success: _,
        service_stopped: _,
        damaged: _,
        server_stops: _,
        server_initialized: _,
        lock_waits: _,
        slow_statements: _,
        overtimes: _,
        compared: _,
        checkouts: _,
        clocks: _,
        connections_logged: _,
        targets: _,
        outcome: _,
        test_index,
        sequential: _,
        tests_at_once: _,
        settings: _,
        servers_only: _,
        told_later: _,
    } = timeline;
    // Names change.
    *test_index = TestIndex::default();
    workers.iter_mut().for_each(|it| worker(it, visitor));
    tests.iter_mut().for_each(|it| test(it, visitor));
    sessions.iter_mut().for_each(|it| session(it, visitor));
    pools.iter_mut().for_each(|it| pool(it, visitor));
    engines.iter_mut().for_each(|it| engine(it, visitor));
    services.iter_mut().for_each(|it| service(it, visitor));
    connection_counts.iter_mut().for_each(|it| connection_count(it, visitor));
    faults.iter_mut().for_each(|it| fault(it, visitor));
    let makers = std::mem::take(table_makers).into_iter();
    let shown = |(mut maker, count)| {
        visitor.name(&mut maker);
        (maker, count)
    };
    *table_makers = makers.map(shown).collect();
}

fn worker(worker: &mut Worker, visitor: &mut Visitor<'_>) {
    let Worker { id, pid: _, start: _, end: _, ended_by: _, crash: _, crashed_in } = worker;
    visitor.name(id);
    crashed_in.iter_mut().for_each(|it| visitor.name(it));
}

fn test(test: &mut Test, visitor: &mut Visitor<'_>) {
    let Test { id, worker, start: _, end: _, outcome: _, retried: _, place: _ } = test;
    visitor.name(id);
    worker.iter_mut().for_each(|it| visitor.name(it));
}

fn session(session: &mut Session, visitor: &mut Visitor<'_>) {
    let Session { worker, test, .. } = session;
    [worker, test].into_iter().flatten().for_each(|it| visitor.name(it));
}

fn pool(pool: &mut Pool, visitor: &mut Visitor<'_>) {
    pool.worker.iter_mut().for_each(|it| visitor.name(it));
    visitor.text(&mut pool.name);
}

fn engine(engine: &mut Engine, visitor: &mut Visitor<'_>) {
    let Engine { worker, number: _, url, created: _, duration_s: _, place: _ } = engine;
    worker.iter_mut().for_each(|it| visitor.name(it));
    url.iter_mut().for_each(|it| visitor.text(it));
}

fn service(service: &mut Service, visitor: &mut Visitor<'_>) {
    visitor.text(&mut service.name);
    service.endpoint.iter_mut().for_each(|it| visitor.text(it));
}

fn connection_count(count: &mut ConnectionCount, visitor: &mut Visitor<'_>) {
    count.test.iter_mut().for_each(|it| visitor.name(it));
}

fn fault(fault: &mut Fault, visitor: &mut Visitor<'_>) {
    let Fault { worker, test, relation, name: of, connection, endpoint, .. } = fault;
    let names = [worker, test, relation, of, connection, endpoint].into_iter().flatten();
    names.for_each(|it| visitor.name(it));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, fixture};

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        super::text(&mut text);
        let once = text.clone();
        super::text(&mut text);
        assert_eq!(text, once, "masking again changed the text");
        text
    }

    #[test]
    fn passwords_are_masked_however_they_are_written() {
        let shapes = [
            (
                "postgresql+asyncpg://me:hunter2@db:5432/x",
                "postgresql+asyncpg://me:‹password-1›@db:5432/x",
            ),
            ("redis://:hunter2@cache", "redis://:‹password-1›@cache"),
            ("a://u:hunter2@h,b://u:hunter2@h", "a://u:‹password-1›@h,b://u:‹password-1›@h"),
            ("pg://me:hun@ter/2@db/x?mail=a@b", "pg://me:‹password-1›@db/x?mail=a@b"),
            ("pg://me:hun/ter2@db", "pg://me:‹password-1›@db"),
            ("pg://me:hunt@er2@db/x", "pg://me:‹password-1›@db/x"),
            ("pg://me@srv:hunter2@db", "pg://me@srv:‹password-1›@db"),
            ("me:hunter2@tcp(db:3306)/x", "me:‹password-1›@tcp(db:3306)/x"),
            ("host=db password=hunter2 dbname=x", "host=db password=‹password-1› dbname=x"),
            ("PGPASSWORD=hunter2 psql", "PGPASSWORD=‹password-1› psql"),
            ("POSTGRES_PASSWORD: hunter2", "POSTGRES_PASSWORD: ‹password-1›"),
            ("{'user': 'me', 'password': 'hunter2'}", "{'user': 'me', 'password': '‹password-1›'}"),
            (r#"{"password":"hun\"ter2","a":1}"#, r#"{"password":"‹password-1›","a":1}"#),
            (r#"{\"password\":\"hunter2\"}"#, r#"{\"password\":\"‹password-1›\"}"#),
            (r#""password" => "hunter2""#, r#""password" => "‹password-1›""#),
            ("password: SecretStr('hunter2')", "password: SecretStr('‹password-1›')"),
            (
                "jdbc:pg://h/x?user=a&password=hunter2&ssl=1",
                "jdbc:pg://h/x?user=a&password=‹password-1›&ssl=1",
            ),
            ("Uid=me;Pwd=hunter2;Server=db", "Uid=me;Pwd=‹password-1›;Server=db"),
            ("createdb --password hunter2 x", "createdb --password ‹password-1› x"),
        ];
        for (text, expected) in shapes {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "postgresql://me:***@db/x",
            "postgresql://...@localhost:5432/x",
            "http://localhost:8080/users/me@example.org",
            r#"["http://localhost:8080","me@example.org"]"#,
            "FATAL: password authentication failed for user \"me\"",
            "tests/test_password.py::test_password_reset",
            "auth::password::reset",
            "PWD=/builds/app",
            "password=None",
            "{'password': '*****'}",
            "PWD=~/app",
            "OLDPWD=C:\\app",
            "password: str = None",
            "password: Text",
            "wrong password: try again",
            "PGPASSWORD=$DB_PASS psql",
            "password=${DB_PASS_2}",
            "password: \"<your password>\"",
            "password=%(password)s",
            "password=…",
            "token: bucket",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn what_only_begins_like_a_harmless_word_is_masked() {
        for (text, expected) in [
            ("password='hunter2 and no quote", "password='‹password-1›"),
            ("password=$hunter2", "password=‹password-1›"),
            (r#"{\"password\": \"hunter2"#, r#"{\"password\": \"‹password-1›"#),
            ("password: \"<hunter2>\"", "password: \"‹password-1›\""),
            ("password=${}", "password=‹password-1›}"),
            ("db_pass=C:\\hunter2", "db_pass=‹password-1›"),
            ("password:hunter now", "password:‹password-1› now"),
            ("password=hunter now", "password=‹password-1› now"),
            ("wrong password: 'hunter' again", "wrong password: '‹password-1›' again"),
            ("wrong password: hunter2", "wrong password: ‹password-1›"),
            ("wrong password: hunter2 again", "wrong password: ‹password-1› again"),
            ("wrong password: hunter - 2", "wrong password: ‹password-1› - 2"),
            ("('password', 'hunter2')", "('password', '‹password-1›')"),
            (r#"(\"password\", \"hunter2\")"#, r#"(\"password\", \"‹password-1›\")"#),
            ("password=('hunter2')", "password=('‹password-1›')"),
            ("http://localhost:123456/x@example.org", "http://localhost:‹password-1›@example.org"),
            ("pg://me:/hunter2@db", "pg://me:‹password-1›@db"),
            ("pg://me:12345x@db", "pg://me:‹password-1›@db"),
            ("token: kX9vQ2mLp7", "token: ‹token-1›"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn a_line_of_a_key_is_told_from_a_digest() {
        let digest = "3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed";
        assert_eq!(masked(digest), digest);
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        assert_eq!(masked(key), "‹key-1›");
    }

    #[test]
    fn addresses_of_people_are_masked_if_wanted() {
        let line = "mail to me.too@example.org and pg://me:hunter2@db.example.org".to_owned();
        let mut kept = line.clone();
        Redactor::new(false).text(&mut kept);
        assert_eq!(kept, line.replace("hunter2", "‹password-1›"));
        let mut masked = line;
        Redactor::new(true).text(&mut masked);
        assert!(
            !masked.contains("me.too@example.org") && masked.starts_with("mail to ‹email-1› and")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_masked_once_and_for_all(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
            ends: (u32, u32),
        ) {
            let mut text = parts.concat();
            let mut span = Some([ends.0 % 90, ends.1 % 90]);
            Redactor::default().mask(&mut text, &mut span);
            masked(&text);
        }
    }

    /// What passwords and their surroundings are made of.
    const PARTS: &[&str] = &[
        "pg://", "me", ":", "@", "/", "password", "pwd", "=", "'", "\"", "\\", " ", ",", "é",
        "***", "80", "--", "=>", "@tcp(", "None", "(", ";", "{", "\n",
    ];

    #[test]
    fn the_span_goes_on_covering_the_same_words() {
        let line = "pg://me:hunter2hunter2@db refused";
        let covers = |words: &str| {
            let start = line.find(words).unwrap() as u32;
            let mut text = line.to_owned();
            let mut span = Some([start, start + words.len() as u32]);
            Redactor::default().mask(&mut text, &mut span);
            let [start, end] = span.unwrap().map(|at| at as usize);
            text[start..end].to_owned()
        };
        assert_eq!(covers("refused"), "refused");
        assert_eq!(covers("pg://"), "pg://");
        assert_eq!(covers("hunter2hunter2@db"), "‹password-1›@db");
        assert_eq!(covers("me:hunter2"), "me:‹password-1›");
        assert_eq!(covers("ter2hun"), "‹password-1›");
        assert_eq!(covers(line), "pg://me:‹password-1›@db refused");
    }

    #[test]
    fn no_writer_can_show_a_password() {
        let mut report = fixture::failed_run();
        fixture::poison(&mut report, "x://me:hunter2@db");
        Redactor::default().report(&mut report);
        for format in Format::ALL {
            let text = fixture::written(format, &report);
            assert!(!text.contains("hunter2"), "{}", format.name());
        }
        assert_eq!(&*report.timeline.workers[0].id, "x://me:‹password-1›@db");
        let everything = format!("{report:?}");
        assert!(!everything.contains("hunter2"), "{everything}");
    }

    #[test]
    fn what_was_announced_once_is_masked_where_it_stands_bare() {
        let lines =
            ["PGPASSWORD=hunter2hunter2 psql", "", "hunter2hunter2 and é hunter2hunter2 alone"];
        let masked = Redactor::default().lines(&lines.map(str::to_owned));
        let alone = "‹password-1› and é ‹password-1› alone";
        assert_eq!(masked, ["PGPASSWORD=‹password-1› psql", "", alone]);
        let mut report = fixture::failed_run();
        report.findings[0].detail = "PGPASSWORD=hunter2hunter2".to_owned().into();
        report.findings[0].title = "refused for hunter2hunter2".into();
        Redactor::default().report(&mut report);
        assert_eq!(report.findings[0].title, "refused for ‹password-1›");
    }
}
