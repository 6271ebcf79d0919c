//! Structures in which programs print secrets. `{K}` is the name, `{V}` the value.

use super::Kind;

/// How a value is written in a structure, and with it which values fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Up to a blank: shells, libpq, reprs without quotes.
    Bare,
    /// To the end of the line.
    Line,
    /// In double quotes of JSON, once and twice escaped.
    Json,
    Json2,
    Json3,
    /// In single quotes of Python.
    Python,
    /// In single quotes of a shell.
    Shell,
    /// In single quotes of SQL.
    Sql,
    /// In the parts of an address.
    Percent,
    Percent2,
    /// As text of XML.
    Xml,
    /// In braces of ODBC.
    Braces,
    /// Any, as it is.
    Raw,
    /// As base64 with a user before it.
    Basic,
    /// Letters and digits only.
    Plain,
    /// What looks made by chance, up to a blank.
    Chance,
    /// What nobody takes for a word, up to a blank or a mark that closes.
    Made,
    /// A word that somebody may have chosen, up to a blank or a mark that closes.
    Chosen,
    /// Up to a semicolon, in a connection string.
    Ado,
    /// In double quotes of CSV.
    Csv,
    /// Up to a tab or the next cell of a table.
    Cell,
}

impl Writing {
    pub fn allows(self, kind: Kind, value: &str) -> bool {
        match self {
            Self::Bare => !matches!(kind, Kind::Spaces | Kind::Nasty),
            Self::Plain => !matches!(kind, Kind::Spaces | Kind::Nasty | Kind::Marks | Kind::Base64),
            Self::Chance => !matches!(
                kind,
                Kind::Spaces | Kind::Nasty | Kind::Unicode | Kind::Short | Kind::Word
            ),
            Self::Made => matches!(kind, Kind::Mixed | Kind::Hex | Kind::Lower),
            Self::Chosen => {
                matches!(kind, Kind::Mixed | Kind::Hex | Kind::Lower | Kind::Digits | Kind::Word)
            }
            Self::Cell | Self::Ado => kind != Kind::Nasty,
            Self::Line => kind != Kind::Nasty && kind != Kind::Spaces,
            Self::Raw => !value.contains(['"', '\'', '\\']) && kind != Kind::Nasty,
            Self::Sql => !value.contains('\\'),
            // ODBC ends a value at `;` unless it stands in braces.
            Self::Percent2 => !value.contains(';'),
            Self::Basic => !matches!(kind, Kind::Short),
            _ => true,
        }
    }

    pub fn write(self, value: &str) -> String {
        match self {
            Self::Bare
            | Self::Line
            | Self::Raw
            | Self::Plain
            | Self::Chance
            | Self::Cell
            | Self::Made
            | Self::Chosen
            | Self::Ado => value.to_owned(),
            Self::Csv => value.replace('"', "\"\""),
            Self::Json => json(value),
            Self::Json2 => json(&json(value)),
            Self::Json3 => json(&json(&json(value))),
            Self::Python => value.replace('\\', "\\\\").replace('\'', "\\'"),
            Self::Shell => value.replace('\'', r"'\''"),
            Self::Sql => value.replace('\'', "''"),
            Self::Percent => percent(value),
            Self::Percent2 => percent(&percent(value)),
            Self::Xml => xml(value),
            Self::Braces => value.replace('}', "}}"),
            Self::Basic => base64(&format!("svc:{value}")),
        }
    }
}

pub fn json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

pub fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte))
            << (8 * (3 - group.len()));
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index)) as usize & 63];
            encoded.push(if index <= group.len() { char::from(letter) } else { '=' });
        }
    }
    encoded
}

/// A structure.
pub struct Shape {
    pub text: &'static str,
    pub writing: Writing,
    /// Any name fits, also one with a dash or a letter of another script.
    pub any_key: bool,
}

impl Shape {
    /// Whether the name can stand in a structure that wants an identifier.
    pub fn keys(&self, key: &str) -> bool {
        !key.contains(['-', '.']) && key.is_ascii()
    }
}

pub const fn any(text: &'static str, writing: Writing) -> Shape {
    Shape { text, writing, any_key: true }
}

pub const fn named(text: &'static str, writing: Writing) -> Shape {
    Shape { text, writing, any_key: false }
}

use Writing::{
    Bare, Basic, Braces, Json, Json2, Json3, Line, Percent, Percent2, Plain, Python, Raw, Shell,
    Sql, Xml,
};

/// All structures.
pub fn all() -> Vec<&'static Shape> {
    SHAPES.iter().chain(super::kinds::SHAPES).chain(super::phrases::SHAPES).collect()
}

const SHAPES: &[Shape] = &[
    // Shells and settings.
    named("{K}={V}", Bare),
    named("{K}='{V}'", Shell),
    named("export {K}='{V}'", Shell),
    named("export {K}=\"{V}\"", Json),
    named("export {K}={V}", Bare),
    named("{K}={V} psql -h db -U app app", Bare),
    named("env {K}='{V}' pytest -n 4", Shell),
    named("set {K}={V}", Bare),
    named("$env:{K} = \"{V}\"", Raw),
    named("+ {K}={V}", Bare),
    named("declare -x {K}=\"{V}\"", Json),
    named("setenv {K} '{V}'", Shell),
    named("docker run -e {K}={V} -p 5432:5432 postgres:16", Bare),
    named("docker run --env {K}='{V}' postgres:16", Shell),
    named("docker run -e \"{K}={V}\" postgres:16", Raw),
    named("ENV {K} \"{V}\"", Json),
    named("ARG {K}={V}", Bare),
    named("${{K}:-{V}}", Plain),
    any("{K} = {V}", Bare),
    any("{K} = \"{V}\"", Json),
    any("{K}={V}", Bare),
    any("{K}: {V}", Line),
    any("{K}: '{V}'", Sql),
    any("{K}: \"{V}\"", Json),
    any("-D{K}={V}", Bare),
    any("tool --{K} {V} --port 5432", Bare),
    any("tool --{K}={V} --port 5432", Bare),
    any("tool --{K} '{V}' run", Shell),
    any("tool --{K} \\\n{V} \\\n--port 5432", Bare),
    any("['tool', '--{K}', '{V}', '--port', '5432']", Python),
    any("[\"tool\", \"--{K}={V}\", \"-x\"]", Raw),
    named("tool -{K} {V}", Bare),
    // YAML.
    any("{K}: |\n  {V}\nuser: app", Raw),
    any("{K}: >-\n    {V}\nuser: app", Raw),
    any("{K}:\n  {V}\nuser: app", Bare),
    any("{K}: |2\n    {V}\nuser: app", Raw),
    any("{K}:\n\n  {V}\nuser: app", Bare),
    any("tool --{K} ^\n  {V}\n", Bare),
    any("tool --{K} `\n  {V}\n", Bare),
    any("{K}:\n  \"{V}\"\nuser: app", Json),
    any("{K}:\n  - {V}\n  - other\n", Bare),
    named("- name: {K}\n  value: {V}", Line),
    named("- name: {K}\n  value: \"{V}\"", Json),
    named("env: [{name: {K}, value: \"{V}\"}]", Json),
    any("{user: app, {K}: {V}, port: 5432}", Plain),
    any("{{K}: '{V}', port: 5432}", Sql),
    // JSON.
    any("{\"user\":\"app\",\"{K}\":\"{V}\",\"port\":5432}", Json),
    any("{\"{K}\": \"{V}\"}", Json),
    any("{ \"{K}\" : \"{V}\" }", Json),
    any("{\\\"user\\\":\\\"app\\\",\\\"{K}\\\":\\\"{V}\\\",\\\"port\\\":5432}", Json2),
    any("{\\\\\\\"{K}\\\\\\\":\\\\\\\"{V}\\\\\\\"}", Json3),
    any("{\"{K}\":[\"{V}\"],\"port\":5432}", Json),
    any("{\"{K}\":[\"first one\",\"{V}\"]}", Json),
    any("{\\\"{K}\\\":[\\\"{V}\\\"]}", Json2),
    any("{\"{K}\":{\"value\":\"{V}\"},\"x\":1}", Json),
    any("{\"name\":\"{K}\",\"value\":\"{V}\"}", Json),
    any("{\"value\":\"{V}\",\"name\":\"{K}\"}", Json),
    any("{\\\"name\\\":\\\"{K}\\\",\\\"value\\\":\\\"{V}\\\"}", Json2),
    any("{\"key\": \"{K}\", \"type\": \"string\", \"value\": \"{V}\"}", Json),
    any("\"Env\": [\"{K}={V}\", \"PATH=/bin\"]", Raw),
    any("{'{K}': '{V}', 'port': 5432}", Python),
    any("{\"{K}\": '{V}'}", Python),
    any("[('{K}', '{V}'), ('port', 5432)]", Python),
    any("environ({'HOME': '/root', '{K}': '{V}'})", Python),
    any("\\u0022{K}\\u0022:\\u0022{V}\\u0022", Plain),
    any("&quot;{K}&quot;: &quot;{V}&quot;,", Xml),
    any("[\"{K}\", \"{V}\"]", Json),
    // Addresses and forms.
    any("https://db/x?user=app&{K}={V}&ssl=1", Percent),
    any("https://db/x?{K}={V}", Percent),
    any("user=app&{K}={V}&ssl=1", Percent),
    any("https://db/x?user=app&amp;{K}={V}&amp;ssl=1", Percent),
    any("next=%2Fx%3F{K}%3D{V}%26a%3D1", Percent2),
    any("odbc_connect=DRIVER%3D%7BODBC%7D%3BPWD%3D{V}%3BUID%3Dapp", Percent),
    any("mssql+pyodbc:///?odbc_connect=DRIVER%253DX%253BPWD%253D{V}%253BUID%253Dapp", Percent2),
    any("postgresql://app:{V}@db:5432/app", Percent),
    any("postgresql+asyncpg://app:{V}@localhost:5432/app?ssl=off", Percent),
    any("redis://:{V}@cache:6379/0", Percent),
    any("mongodb+srv://app:{V}@c0.example.net/app", Percent),
    any("postgres:\\/\\/app:{V}@db\\/app", Percent),
    any("postgres%3A%2F%2Fapp%3A{V}%40db%3A5432%2Fapp", Percent2),
    any("https://oauth2:{V}@git.example.com/a/b.git", Percent),
    any("\"url\": \"amqp://guest:{V}@mq:5672//\",", Percent),
    any("jdbc:postgresql://db:5432/app?user=app&{K}={V}&ssl=true", Percent),
    any("jdbc:sqlserver://db:1433;user=app;{K}={V};encrypt=true", Bare),
    any("jdbc:oracle:thin:scott/{V}@db:1521:x", Plain),
    any("jdbc:oracle:thin:scott/{V}@b@db:1521:x", Plain),
    any("jdbc:oracle:thin:scott/\"{V}\"@db:1521:x", Bare),
    any("postgresql://app:\\\n{V}@db/shop", Bare),
    any("app:{V}@tcp(db:3306)/app?parseTime=true", Bare),
    any("host=db port=5432 user=app {K}={V} dbname=app", Bare),
    any("host=db user=app {K}='{V}' dbname=app", Python),
    any("Host=db;Port=5432;Username=app;{K}={V};Database=app", Bare),
    any("Driver={ODBC Driver 18};Server=db;Uid=app;{K}={{V}};Encrypt=no", Braces),
    any("Data Source=db;User ID=app;{K}={V};", Bare),
    any("Data Source=db;User ID=app;{K}=\"{V}\";", Raw),
    any("AccountName=store;AccountKey={V};EndpointSuffix=core.windows.net", Bare),
    any("db:5432:app:app:{V}", Plain),
    any("machine db login app password {V}", Bare),
    // Headers and cookies.
    any("Authorization: {V}", Bare),
    any("Authorization: Bearer {V}", Bare),
    any("Authorization: Basic {V}", Basic),
    any("\"Authorization\": \"Bearer {V}\",", Bare),
    any("{'Authorization': 'Token {V}', 'Accept': '*/*'}", Bare),
    any("-H 'Authorization: Bearer {V}' -X GET", Bare),
    any("-H \"X-Api-Key: {V}\" https://api", Bare),
    any("X-Auth-Token: {V}", Bare),
    any("Proxy-Authorization: Basic {V}", Basic),
    any("Set-Cookie: sid={V}; Path=/; HttpOnly", Bare),
    any("Cookie: JSESSIONID={V}", Bare),
    any("JSESSIONID={V}", Bare),
    any("laravel_session={V}", Bare),
    any("ASP.NET_SessionId={V}; path=/", Bare),
    any("Set: shop={V}; HttpOnly", Bare),
    any("curl -H \"Authorization: Bearer \\\n{V}\"", Bare),
    any("\"auths\":{\"r.example\":{\"auth\":\"{V}\"}}", Basic),
    any("Authorization: Digest username=\"app\", response=\"{V}\"", Plain),
    // Command lines.
    any("mysql -u root -p{V} -h db app", Bare),
    any("mysqldump -uroot -p'{V}' app", Shell),
    any("curl -u app:{V} https://db", Bare),
    any("curl -s -u 'app:{V}' https://db", Shell),
    any("curl -su app:{V} https://db", Bare),
    any("curl --user \"app:{V}\" https://db", Raw),
    any("redis-cli -h cache -a {V} ping", Bare),
    any("redis-cli -a '{V}' ping", Shell),
    any("sqlplus app/{V}@db", Plain),
    any("sqlplus -s system/{V}@//db:1521/x", Plain),
    any("sshpass -p {V} ssh app@db", Bare),
    any("sshpass -p'{V}' ssh app@db", Shell),
    any("docker login -u app -p {V} r.example", Bare),
    any("mongosh --host db -u app -p {V}", Bare),
    any("sqlcmd -S db -U sa -P '{V}' -Q 'select 1'", Shell),
    any("['mysql', '-uroot', '-p{V}', 'app']", Raw),
    any("ldapsearch -x -D cn=app -w {V} -b dc=x", Bare),
    any("AUTH {V}", Bare),
    any("\"AUTH\" \"{V}\"", Json),
    any("rabbitmqctl add_user app {V}", Bare),
    any("CONFIG SET requirepass {V}", Bare),
    any("openssl rsa -passin pass:{V} -in k.pem", Bare),
    // SQL.
    any("CREATE USER 'app'@'%' IDENTIFIED BY '{V}'", Sql),
    any("CREATE USER app IDENTIFIED WITH caching_sha2_password BY '{V}' REQUIRE NONE", Sql),
    any("CREATE USER app IDENTIFIED WITH mysql_native_password AS '{V}'", Sql),
    any("ALTER USER app IDENTIFIED BY {V}", Plain),
    any("ALTER USER app IDENTIFIED BY \"{V}\"", Raw),
    any("ALTER ROLE app WITH LOGIN PASSWORD '{V}'", Sql),
    any("CREATE ROLE app LOGIN ENCRYPTED PASSWORD '{V}' VALID UNTIL 'infinity'", Sql),
    any("SET PASSWORD FOR 'app'@'%' = PASSWORD('{V}')", Sql),
    any("SET PASSWORD FOR app = '{V}'", Sql),
    any("SET PASSWORD = '{V}'", Sql),
    any("CREATE LOGIN app WITH PASSWORD = N'{V}', CHECK_POLICY = OFF", Sql),
    named("UPDATE users SET {K} = '{V}' WHERE id = 7", Sql),
    named("SELECT id FROM users WHERE {K} = '{V}' AND x = 1", Sql),
    named("INSERT INTO accounts (name, {K}) VALUES ('svc', '{V}')", Sql),
    named("INSERT INTO accounts ({K}, name) VALUES ('{V}', 'svc'), ('{V}', 'b')", Sql),
    named("INSERT INTO \"public\".\"users\" (\"id\", \"{K}\", \"age\") VALUES (7, '{V}', 3)", Sql),
    any("INSERT INTO users VALUES ('svc','{V}')", Sql),
    named(
        "[SQL: INSERT INTO accounts (name, {K}) VALUES (%s, %s)] [parameters: ('svc', '{V}')]",
        Python,
    ),
    named(
        "[SQL: INSERT INTO accounts (name, {K}) VALUES (%(name)s, %(p)s)]\n[parameters: {'name': 'svc', '{K}': '{V}'}]",
        Python,
    ),
    named("[SQL: UPDATE accounts SET {K}=? WHERE name=?]\n[parameters: ('{V}', 'svc')]", Python),
    any("[parameters: ('svc', '{V}')]", Python),
    any("DETAIL:  Parameters: $1 = 'svc', $2 = '{V}'", Sql),
    named("STATEMENT:  SELECT 1 FROM a WHERE {K} = $1\nDETAIL:  parameters: $1 = '{V}'", Sql),
    // Languages.
    named("{K}: str = '{V}'", Python),
    named("{K}: Optional[str] = \"{V}\"", Json),
    named("{K} := \"{V}\"", Json),
    named("var {K} string = \"{V}\"", Json),
    named("String {K} = \"{V}\";", Json),
    named("private static final String {K} = \"{V}\";", Json),
    named("const {K}: string = '{V}';", Python),
    named("let {K} = '{V}';", Python),
    named("val {K}: String = \"{V}\"", Json),
    named("Config({K}='{V}', port=5432)", Python),
    named("Config(user='app', {K}='{V}')", Python),
    named("Config(user='app', {K}=SecretStr('{V}'), port=5)", Python),
    named("#<Config @user=\"app\", @{K}=\"{V}\", @port=5>", Json),
    named("Config{user=app, {K}={V}, port=5}", Plain),
    named("Config(user=app, {K}={V})", Plain),
    named("Config[user=app, {K}={V}, port=5]", Plain),
    named("map[{K}:{V} user:app]", Plain),
    named("{:user=>\"app\", :{K}=>\"{V}\"}", Json),
    named("{user: \"app\", {K}: \"{V}\"}", Json),
    named("%{username: \"app\", {K}: \"{V}\", pool: 5}", Json),
    named("array('user' => 'app', '{K}' => '{V}')", Python),
    named("{Name:{K} Value:{V}}", Plain),
    named("&config.DB{User:\"app\", {K}:\"{V}\"}", Json),
    named("Options { user: \"app\", {K}: Some(\"{V}\"), port: 5 }", Json),
    named("os.environ['{K}'] = '{V}'", Python),
    named("os.getenv('{K}', '{V}')", Python),
    named("self.{K} = '{V}'", Python),
    named("process.env.{K} || '{V}'", Python),
    named("assert cfg.{K} == '{V}'", Python),
    named("AssertionError: assert {'{K}': '{V}'} == {}", Python),
    named("{K} = b'{V}'", Python),
    named("{K} = \"\"\"{V}\"\"\"", Raw),
    named("{K} -> {V}", Bare),
    named("<add key=\"{K}\" value=\"{V}\"/>", Xml),
    named("<property name=\"{K}\" value=\"{V}\"/>", Xml),
    named("<property value=\"{V}\" name=\"{K}\"/>", Xml),
    named("<{K}>{V}</{K}>", Xml),
    named("<ns:{K} type=\"x\">{V}</ns:{K}>", Xml),
    named("<{K}><![CDATA[{V}]]></{K}>", Raw),
    named("<entry key=\"{K}\">{V}</entry>", Xml),
    named("<name>{K}</name><value>{V}</value>", Xml),
    named("<key>{K}</key>\n<string>{V}</string>", Xml),
    named("<dataSource user=\"app\" {K}=\"{V}\" pool=\"5\"/>", Xml),
    // Sentences.
    any("A temporary password is generated for root@localhost: {V}", Bare),
    any("GENERATED ROOT PASSWORD: {V}", Bare),
    any("Generated superuser password for user app is '{V}'", Raw),
    any("The password for user \"app\" is: {V}", Bare),
    any("password has been set to '{V}'", Raw),
    named("read {K} value: {V}", Bare),
    any("the password was changed to {V}", Plain),
    any("Password for the elastic user: {V}", Bare),
    any("wrong password: '{V}'", Raw),
    any("password \"{V}\" was refused", Raw),
    any("secret key: {V}", Bare),
    any("api key = {V}", Bare),
];
