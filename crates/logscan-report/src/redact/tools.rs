//! Which tools take a secret on their command line, and how.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// How a tool takes its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Directly behind the option: `-pX`.
    Attached(&'static str),
    /// As the next word in quotes: without them it names a database.
    Quoted(&'static str),
    /// As the next word, or directly behind the option.
    Next(&'static str),
    /// As `Next`; but a number that may be that of a port only if a user is named before.
    Login(&'static str),
    /// As the next word behind the option, if this word stood before.
    After(&'static str, &'static str),
    /// As `user:X` behind one of these options.
    Pair(&'static [&'static str]),
    /// As `user/X`, perhaps with `@base` behind it.
    Slash,
    /// As `user%X` behind `-U`.
    Percent,
    /// As the second word behind one of these.
    Second(&'static [&'static str]),
    /// As the next word behind this one.
    Behind(&'static str),
    /// Behind `pass:`.
    Pass,
    /// From so many words without an option on, behind one of these, behind a word that begins
    /// with one that ends in a dot, or behind an option with this letter.
    From(&'static [&'static str], usize),
    /// Behind `use` and a share, or behind `user` and a name.
    Share,
    /// As the word behind this one that holds a share.
    Resource,
    /// As the value of any name behind `--from-literal`.
    Literal,
    /// As the value of a cookie behind one of these options.
    Cookie(&'static [&'static str]),
}

const MYSQL: &[&str] = &[
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlimport",
    "mysqlcheck",
    "mysqlsh",
    "mysqlslap",
    "mycli",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "mysqlpump",
    "mysqlbinlog",
    "xtrabackup",
    "mydumper",
];

const TOOLS: [(&[&str], Takes); 66] = [
    (MYSQL, Takes::Attached("-p")),
    (MYSQL, Takes::Quoted("-p")),
    (&["7z", "7za", "rar", "unrar"], Takes::Attached("-p")),
    (
        &["curl", "wget", "http", "https", "httpie", "xh", "ab", "siege", "etcdctl", "curlie"],
        Takes::Pair(&[
            "-u",
            "--user",
            "-U",
            "--proxy-user",
            "-a",
            "--auth",
            "-A",
            "--basic",
            "--proxy-auth",
        ]),
    ),
    (&["lftp", "ncftp"], Takes::Pair(&["-u"])),
    (
        &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "cqlsh",
            "cypher-shell",
            "rabbitmqadmin",
            "twine",
            "influx",
            "neo4j-admin",
            "nodetool",
            "couchbase-cli",
            "arangosh",
            "ysqlsh",
            "vertica",
            "vsql",
            "trino",
            "taos",
            "gsql",
            "nzsql",
            "ksql",
            "cbq",
            "sqlline",
        ],
        Takes::Login("-p"),
    ),
    (&["sshpass"], Takes::Next("-p")),
    (&["ssh-keygen"], Takes::Next("-N")),
    (&["redis-cli", "valkey-cli", "keydb-cli", "dragonfly", "redis-benchmark"], Takes::Next("-a")),
    (
        &["sqlcmd", "bcp", "isql", "osql", "tsql", "fisql", "mssql-cli", "unzip", "zip"],
        Takes::Next("-P"),
    ),
    (
        &["ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami", "ldapdelete", "vsql", "beeline"],
        Takes::Next("-w"),
    ),
    (&["beeline"], Takes::Next("-p")),
    (&["gbak", "gfix", "gsec", "isql-fb"], Takes::Next("-pas")),
    (
        &["docker", "podman", "nerdctl", "oc", "az", "helm", "crane", "skopeo", "buildah"],
        Takes::After("login", "-p"),
    ),
    (
        &["sqlplus", "sqlldr", "expdp", "impdp", "exp", "imp", "rman", "sqlcl", "tnsping"],
        Takes::Slash,
    ),
    (&["smbclient", "rpcclient", "smbmap", "net"], Takes::Percent),
    (&["rabbitmqctl"], Takes::Second(&["add_user", "change_password", "authenticate_user"])),
    (&["db2", "db2cmd"], Takes::Behind("using")),
    (&["openssl"], Takes::Pass),
    (&["openssl"], Takes::Next("-k")),
    (&["mysqladmin", "mariadb-admin", "nmcli"], Takes::Behind("password")),
    (&["htpasswd", "mosquitto_passwd"], Takes::From(&["-b"], 1)),
    (&["samba-tool"], Takes::From(&["create", "add"], 1)),
    (&["ejabberdctl", "prosodyctl"], Takes::From(&["register", "change_password"], 2)),
    (&["mc", "mcli"], Takes::From(&["alias", "host"], 4)),
    (&["mkpasswd"], Takes::From(&[], 0)),
    (&["wpa_passphrase"], Takes::From(&[], 1)),
    (&["openssl"], Takes::From(&["passwd"], 0)),
    (&["vault"], Takes::After("login", "login")),
    (&["ncat"], Takes::Pair(&["--proxy-auth"])),
    (&["composer"], Takes::From(&["http-basic."], 1)),
    (&["isql", "iusql"], Takes::From(&[], 2)),
    (&["net", "net1"], Takes::Share),
    (&["smbclient"], Takes::Resource),
    (&["kubectl", "oc"], Takes::Literal),
    (&["curl"], Takes::Cookie(&["-b", "--cookie"])),
    (&["gh"], Takes::After("secret", "--body")),
    (&["gh"], Takes::After("secret", "-b")),
    (&["rdesktop", "psexec", "psexec64", "useradd", "usermod"], Takes::Next("-p")),
    (&["ipmitool", "mosquitto_pub", "mosquitto_sub"], Takes::Next("-P")),
    (&["slappasswd", "ldappasswd"], Takes::Next("-s")),
    (&["dsconf", "dsctl", "ldappasswd"], Takes::Next("-w")),
    (&["snmpget", "snmpset", "snmpwalk", "snmpbulkwalk"], Takes::Next("-A")),
    (&["snmpget", "snmpset", "snmpwalk", "snmpbulkwalk"], Takes::Next("-X")),
    (&["snmpget", "snmpset", "snmpwalk", "snmpbulkwalk"], Takes::Next("-c")),
    (&["schtasks"], Takes::Next("/rp")),
    (&["freerdp", "xfreerdp", "wfreerdp", "mstsc"], Takes::Attached("/p:")),
    (&["sqlpackage"], Takes::Attached("/tp:")),
    (&["sqlpackage"], Takes::Attached("/sp:")),
    (&["curl"], Takes::Next("--oauth2-bearer")),
    (&["mycli", "pgcli", "litecli"], Takes::Next("--pass")),
    (&["cargo"], Takes::Behind("login")),
    (&["snyk"], Takes::Behind("auth")),
    (&["codecov"], Takes::Next("-t")),
    (&["aws"], Takes::After("put-parameter", "--value")),
    (&["aws"], Takes::After("secretsmanager", "--secret-string")),
    (&["az"], Takes::After("secret", "--value")),
    (&["az"], Takes::After("create", "-p")),
    (&["cf"], Takes::After("login", "-p")),
    (&["nuget"], Takes::After("push", "-k")),
    (&["vault"], Takes::After("operator", "unseal")),
    (&["certutil", "altool", "check_pgsql"], Takes::Next("-p")),
    (&["knife"], Takes::Next("-P")),
    (&["swaks"], Takes::Next("-ap")),
    (&["kubeadm"], Takes::Next("--certificate-key")),
    (&["hdbuserstore"], Takes::From(&["SET"], 3)),
];

pub(super) static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let names = TOOLS.iter().flat_map(|(names, _)| names.iter());
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).expect("fixed words")
});

/// How a tool of this name takes its secrets.
pub(super) fn tools(name: &str) -> impl Iterator<Item = Takes> + '_ {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    TOOLS.iter().filter(move |(names, _)| names.contains(&base)).map(|(_, takes)| *takes)
}
