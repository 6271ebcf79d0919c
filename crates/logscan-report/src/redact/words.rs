//! Words that stand in place of a secret or beside its name.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Words that stand where a secret could stand.
pub(super) const PLACEHOLDERS: [&str; 55] = [
    "any",
    "string",
    "prompt",
    "http/1.0",
    "http/1.1",
    "http/2",
    "known",
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "yes",
    "no",
    "redacted",
    "filtered",
    "scrubbed",
    "masked",
    "hidden",
    "removed",
    "omitted",
    "unset",
    "not set",
    "not_set",
    "empty",
    "nan",
    "n/a",
    "na",
    "default",
    "protected",
    "sensitive",
    "hash",
    "unknown",
    "obfuscated",
    "encrypted",
    "nothing",
    "void",
    "undef",
    "absent",
    "provided",
    "required",
    "optional",
    "set",
    "present",
    "anonymous",
    "md5",
    "scram-sha-256",
    "bcrypt",
    "scrypt",
    "argon2",
    "argon2id",
    "pbkdf2",
    "include",
    "omit",
];

/// Words of a language of types.
pub(super) const TYPES: [&str; 43] = [
    "character",
    "classvar",
    "str",
    "string",
    "secretstr",
    "secretbytes",
    "secret",
    "text",
    "varchar",
    "nvarchar",
    "char",
    "bytes",
    "bytea",
    "binary",
    "varbinary",
    "charsequence",
    "optional",
    "final",
    "union",
    "any",
    "object",
    "citext",
    "&str",
    "option",
    "maybe",
    "annotated",
    "literal",
    "field",
    "column",
    "charfield",
    "mapped",
    "list",
    "dict",
    "vec",
    "array",
    "char[]",
    "byte[]",
    "[]byte",
    "*string",
    "unit",
    "clob",
    "tinytext",
    "type",
];

/// Words with which a remark about a secret goes on: `wrong password: try again`.
pub(super) static PROSE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "continue falsch proceed identifier punctuation keyword operator literal newline a about above accepts access access-control across admin after again against all along \
     already also always an and anonymous another any are as at attempt auth authentication bad \
     be because been before begins below between both bucket but by can can't cannot check close \
     closes come comes contains correct could denied do does done during each either empty ends \
     enter equals error every exception expects fail fails fatal few field first for found from \
     gets give given gives goes good has have here high how if in incorrect into invalid is it \
     just keep keeps large last later least left length less like line local login long looks \
     made make makes many mismatch missing more most much must name need needs neither never new \
     next no not of off ok on only open opens or other passes plain please private public raises \
     rejects remote requires returns right role runs said same says see seems sets several short \
     should show shows since small some stale starts still stops strong such take takes tells \
     than that the their them then there these they this those through throws to today told \
     tomorrow too true try type unable unbound under unexpected unknown unless unsupported until \
     used user uses using valid value variable very via was weak went what when where which while \
     who why will with within without work works wrong yesterday you your"
        .split(' ')
        .collect()
});

/// Words that make one name with the word before them: `password policy`, `token store`.
pub(super) static NOUNS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "algorithm allowlist argon2 argon2id argument arguments attempt attempts attribute audience \
     authenticator authorizer backend base64 bcrypt bearer bits blacklist box broker brokers \
     builder cache caching change changes checker checks claims class client column combination \
     combinations comparator comparison complexity config configuration context contract \
     controller cost count counter credentials denylist dialog dialogs digest email encoder \
     encryption endpoint endpoints engine entry environment exchange expiry expression factory \
     family field fields file files filter filters flag flow form format forms generation \
     generator grant guard handler hash hasher hashers hashes hashing header headers helper here \
     hint history index input instead interval introspection issuer keys kind length less \
     lifetime limit limits link lookup mail management manager match matches md5 mechanism mechanisms middleware model \
     models module mount names oauth2 object objects once only option options page pages pair \
     pairs param parameter parameters params pattern patterns payload pbkdf2 permission permissions plugin policies \
     policy prefix prompt properties property protection protocol provider record records \
     recovery references refresh regex repository request requirement requirements reset resets \
     resource resources response reuse revocation rotation rotator rule rules sanitizer scanner \
     scanning scopes screen screens scrypt server service session sessions setup sha1 sha256 \
     sha512 sharing signer storage store stream streams strength suffix sync table tables test \
     tests twice types update updates usage utf8 validation validator value values variable \
     variables vault verification version versions view views volume wallet whitelist window \
     windows"
        .split(' ')
        .collect()
});

/// Ends of calls that find a value by a name.
pub(super) const LOOKUPS: [&str; 20] = [
    "get",
    "env",
    "property",
    "config",
    "fetch",
    "lookup",
    "read",
    "load",
    "resolve",
    "input",
    "getpass",
    "prompt",
    "setting",
    "find",
    "var",
    "require",
    "format",
    "print",
    "error",
    "exception",
];

/// Parts before `code` with which it stands for a login.
pub(super) const BEFORE_CODE: [&str; 23] = [
    "unlock",
    "device",
    "activation",
    "time",
    "otp",
    "totp",
    "mfa",
    "2fa",
    "fa",
    "sms",
    "pin",
    "verification",
    "verify",
    "security",
    "access",
    "confirmation",
    "login",
    "auth",
    "authentication",
    "authorization",
    "recovery",
    "backup",
    "activation",
];

/// Parts before `token` with which it is a place in a text or a list.
pub(super) const NOT_TOKEN: [&str; 27] = [
    "cancellation",
    "cancel",
    "next",
    "page",
    "continuation",
    "max",
    "min",
    "total",
    "prompt",
    "completion",
    "unexpected",
    "num",
    "pad",
    "eos",
    "bos",
    "unk",
    "stop",
    "special",
    "syntax",
    "parse",
    "invalid",
    "first",
    "last",
    "current",
    "resume",
    "sync",
    "change",
];

/// A text without any of these names no secret: most texts are done here.
pub(super) static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "pass",
        "pwd",
        "pswd",
        "pw",
        "psw",
        "psk",
        "mdp",
        "samlresponse",
        "verifier",
        "mnemonic",
        "token",
        "csrf",
        "xsrf",
        "secret",
        "key",
        "auth",
        "cred",
        "cookie",
        "sess",
        "sig",
        "code",
        "sas",
        "pword",
        "kennwort",
        "contras",
        "senha",
        "wachtwoord",
        "senord",
        "haslo",
        "hasło",
        "пароль",
        "Пароль",
        "ПАРОЛЬ",
        "密码",
        "密碼",
        "口令",
        "パスワード",
        "비밀번호",
        "salasana",
        "heslo",
        "jelsz",
        "parola",
        "ifre",
        "adgangskode",
        "khẩu",
        "sandi",
        "κωδικ",
        "Κωδικ",
        "סיסמ",
        "المرور",
        "السر",
        "lozinka",
        "geslo",
        "parool",
        "slaptažodis",
        "lösenord",
        "LÖSENORD",
        "sid",
        "pin",
        "otp",
        "bearer",
        "jwt",
        "basic",
        "salt",
        "pepper",
        "clave",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(stems).expect("fixed words")
});
