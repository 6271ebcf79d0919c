//! Masking takes twice as long for twice the text, whatever the text: steps and bytes of memory
//! are counted, because seconds of a shared machine prove nothing.

use super::{Redactor, steps};
use crate::placements::Dice;
use crate::placements::shapes;

/// What masking this text costs.
fn cost(text: &str) -> [u64; 2] {
    let mut text = text.to_owned();
    steps::taken();
    let memory = allocation_counter::measure(|| Redactor::default().mask(&mut text, &mut None));
    [steps::taken() as u64, memory.bytes_total]
}

/// Each doubling may cost 2.3 times as much.
fn is_linear(what: &str, text: impl Fn(usize) -> String) {
    // What is made once, at the first need, is made now.
    cost(&text(320));
    let costs = [80, 160, 320].map(|times| cost(&text(times)));
    for pair in costs.windows(2) {
        for (less, more) in pair[0].iter().zip(pair[1]) {
            let most = less * 23 / 10 + 8_000;
            assert!(more <= most, "{what}: {costs:?}");
        }
    }
}

#[test]
fn every_structure_costs_as_much_as_it_is_long() {
    for shape in shapes::all() {
        for separator in [" ", ""] {
            let text = |times| {
                let mut dice = Dice(7);
                let mut value = || format!("k{:x}q7", dice.below(1 << 30));
                let one = shape.text.replace("{K}", "db_password");
                (0..times).map(|_| one.replace("{V}", &value()) + separator).collect::<String>()
            };
            is_linear(shape.text, text);
        }
    }
}

#[test]
fn structures_that_never_end_are_no_worse() {
    for part in [
        "pwd=a ",
        "=\"a\"\"",
        "=\"\\",
        "='\\n",
        "pwd=/",
        "password=[",
        "password=('",
        "password={",
        "password=\"",
        "password=$$",
        "://",
        "a:b@",
        "://a:b@",
        "@",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "<password>",
        "<password ",
        "name=password ",
        "value=a ",
        "VALUES (",
        "INSERT INTO users ",
        "IDENTIFIED ",
        "mysql ",
        "mysql -p",
        "curl -u ",
        "AUTH ",
        "password is ",
        "password for ",
        "\\",
        "\\\"",
        "%25",
        "%2525",
        "&amp;",
        "&amp;amp;",
        "sk-",
        "password: ",
        "password:\n",
        "password: |\n ",
        "Authorization: ",
        "Authorization: Digest ",
        "Cookie: a=",
        "api key ",
        "[SQL: ",
        "parameters: (",
        "parameters: $1 = ",
        "SETUSER ",
        "a/b@",
        "password: str ",
        "{{ ",
        "password={{ ",
        "password=\\\n",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ",
        "test_x[password=",
        "password=a(",
        "'",
        "password='a''",
        "a|password\n",
        "password,a\n",
        "password\n--------\n",
        "cookies={",
        "cookies=[\"",
        "cookie(\"",
        "cookies[\"",
        "Set-Cookie: [",
        "echo \" | chpasswd ",
        "chpasswd <<EOF\n",
        "| passwd <<< \"",
        "connect \"",
        "USER a PASS \"",
        "htpasswd -b ",
        "net use \\\\a ",
        "sp_password '",
        "auth(\"",
        "auth=(\"",
        "password\").fill(\"",
        "stringData:\n",
        "stringData:\n a: b\n",
        "kind: Secret\ndata:\n a: b\n",
        "kind: Secret data: {",
        "INSERT INTO a (password) SELECT ",
        "INSERT INTO a (password) SELECT 'a',\n",
        "UPDATE a SET (password) = (",
        "select password; [",
        "variable \"password\" {",
        "login a:",
        "password = \"a\" -> ",
        "PRAGMA key = '",
        "ATTACH DATABASE ",
        "user a on >",
        "a\tFALSE\t",
        "key (token)=(",
        "key (token, ",
        "duplicate entry '",
        "duplicate entry 'a' for key '",
        "constraint 'token' violation duplicate key value is (",
        "$2b$",
        "$1$a",
        "SCRAM-SHA-256$",
        "select password [",
        "select password ['",
        "[generated in ",
        "[generated in 1] (",
        "parameters:\nSTATEMENT: password ",
        "passwords: a, ",
        "passwords: a,",
        "tokens: {",
        "tokens=[\"",
        "SecretStr(",
        "SecretStr('",
        "Secret { value: ",
        "password::a1b2c3 ",
        "password (",
        "password (a1b2c3",
        "DB_PASSWORD=\n",
        "DB_PASSWORD=\na",
        "--password\n",
        "Authorization:\n",
        "12:00 -----BEGIN RSA PRIVATE KEY-----\n12:00 ",
        "12:00 abcdefghijklmnopqrstuvwxyz\n",
        "postgres://a:b c",
        "postgres://a:b ",
        "Pwd=a b;",
        ";Pwd=a b",
        "\"a=b;Pwd=a b",
        "a:b1c2d3e4@h.log ",
        "a:b/",
        "pass\u{200b}word=",
        "\u{200b}",
        "Basic ",
        "Basic c3ZjOmh1bnRlcjI=",
    ] {
        is_linear(part, |times| part.repeat(times));
    }
}

#[test]
fn secrets_are_looked_for_once_however_many_they_are() {
    let lines = |count: usize| -> Vec<String> {
        (0..count)
            .map(|index| {
                format!("password={:08x}k{index} and {:08x}k{index}", index * 77, index * 77)
            })
            .collect()
    };
    let cost = |count: usize| {
        let lines = lines(count);
        steps::taken();
        let mut redactor = Redactor::default();
        lines.chunks(100).for_each(|some| drop(redactor.lines(some)));
        steps::taken()
    };
    let [less, more] = [1000, 2000].map(cost);
    assert!(more * 10 <= less * 23, "{less} {more}");
}
