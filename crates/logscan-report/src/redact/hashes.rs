//! Verifiers of passwords, known by their form: `$2b$12$…`, `SCRAM-SHA-256$4096:…`,
//! `pbkdf2_sha256$…`. Who has one can try passwords against it.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::steps;

/// How the rest of a verifier is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Parts between `$`, the last one as long as this at least.
    Parts(usize),
    /// One part, as long as this at least.
    One(usize),
    /// So many digits to the base of 16, and then nothing that goes on.
    Hex(usize),
}

use Rest::{Hex, One, Parts};

/// What begins a verifier: the forms of crypt(3), and those of databases and frameworks.
const STARTS: [(&str, Rest); 38] = [
    ("SCRAM-SHA-256$", Parts(12)),
    ("SCRAM-SHA-1$", Parts(12)),
    ("md5", Hex(32)),
    ("*", Hex(40)),
    ("$A$005$", Parts(40)),
    ("$2a$", Parts(22)),
    ("$2b$", Parts(22)),
    ("$2x$", Parts(22)),
    ("$2y$", Parts(22)),
    ("$argon2id$", Parts(8)),
    ("$argon2i$", Parts(8)),
    ("$argon2d$", Parts(8)),
    ("argon2$argon2", Parts(8)),
    ("$1$", Parts(20)),
    ("$5$", Parts(32)),
    ("$6$", Parts(32)),
    ("$y$", Parts(32)),
    ("$gy$", Parts(32)),
    ("$7$", Parts(32)),
    ("$apr1$", Parts(20)),
    ("$P$", One(30)),
    ("$H$", One(30)),
    ("$S$", One(40)),
    ("$scrypt$", Parts(20)),
    ("$sha1$", Parts(20)),
    ("$pbkdf2$", Parts(16)),
    ("$pbkdf2-sha256$", Parts(16)),
    ("$pbkdf2-sha512$", Parts(16)),
    ("$bcrypt-sha256$", Parts(22)),
    ("pbkdf2_sha256$", Parts(16)),
    ("pbkdf2_sha1$", Parts(16)),
    ("pbkdf2:sha", Parts(16)),
    ("bcrypt_sha256$", Parts(22)),
    ("scrypt:", Parts(32)),
    ("scrypt$", Parts(16)),
    ("{SSHA", One(24)),
    ("{CRYPT}", One(13)),
    ("{bcrypt}", One(22)),
];

static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let starts = STARTS.iter().map(|(start, _)| start);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(starts)
        .expect("fixed words")
});

/// Finds verifiers.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    // Where the run of letters ends: one in which many verifiers seem to begin is walked once.
    let (mut past, mut run) = (0, 0);
    for start in NAMES.find_iter(text) {
        let apart = !text[..start.start()].ends_with(|c: char| c.is_ascii_alphanumeric());
        if start.start() < past || !apart {
            continue;
        }
        let rest = STARTS[start.pattern().as_usize()].1;
        if run < start.end() {
            run = start.end() + length(&text[start.end()..]);
            steps::count(run - start.end());
        }
        let range = start.start()..start.end().max(run);
        if fits(&text[start.end()..range.end], rest) {
            past = range.end;
            found.push(secret(range));
        }
    }
}

fn secret(range: Range<usize>) -> Secret {
    Secret::new(SecretKind::Password, range)
}

/// Bytes of the letters of verifiers; what ends a sentence is none.
fn length(rest: &str) -> usize {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"$./+=:,_-}".contains(byte);
    let run = rest.bytes().take_while(letter).count();
    rest[..run].trim_end_matches(['.', ',', ':', '-', '_', '}']).len()
}

fn fits(run: &str, rest: Rest) -> bool {
    let last = run.rsplit('$').next().unwrap_or(run);
    let chance = |part: &str| {
        part.bytes().any(|byte| byte.is_ascii_digit())
            && part.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    match rest {
        Parts(least) => last.len() >= least && chance(last),
        One(least) => run.len() >= least && chance(run),
        Hex(length) => {
            run.len() == length && chance(run) && run.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn verifiers_are_masked_wherever_they_stand() {
        let hex = "3175bce1d3201d16594cebf9d7eb3f9d";
        for verifier in [
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:HzgnA0uzVuVPMQgLThKqVU8rnnPaNqPpGy7gTOVMlRw=",
            &format!("md5{hex}"),
            "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4",
            "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b8dVA",
            "pbkdf2_sha256$600000$abcSalt12$Zk9vQ2mLp7Zk9vQ2mLp7Zk9vQ2mLp7Zk9vQ2mLp7Q=",
            "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
            "$6$rounds=5000$usesomesillystri$D4IrlXatmP7rx3P3InaxBeoomnAihCKRVQAr/36eYGUz2W5gcd7.rcbHRuO2s1u8L7FBaMO8h1qCKgvhZBNjG1",
            "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQGd7Gu",
            &format!("scrypt:32768:8:1$abcSalt12${hex}{hex}"),
            &format!("pbkdf2:sha256:600000$abcSalt12${hex}{hex}"),
        ] {
            for text in ["{}", "row ({}, 7).", "\"x\": \"{}\","] {
                let mut masked = text.replace("{}", verifier);
                mask(&mut masked);
                assert_eq!(masked, text.replace("{}", "‹password-1›"), "{verifier}");
            }
        }
    }

    #[test]
    fn what_only_begins_like_one_stays() {
        for text in [
            "md5 checksum 3175bce1d3201d16594cebf9d7eb3f9d",
            "md5:3175bce1d3201d16594cebf9d7eb3f9d",
            "s/a/$1$2/ and $5$6",
            "SELECT * FROM a WHERE b = $1",
            "SCRAM-SHA-256$",
            "* 12 items",
            "scrypt: not supported",
            "select *6C8989",
            "$2a$ is the prefix",
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, text);
        }
    }
}
