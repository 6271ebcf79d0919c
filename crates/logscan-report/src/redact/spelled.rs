//! How programs write a secret: as it is, decoded, and in their encodings.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Length from which every letter of a secret may be encoded.
pub(super) const TELLING: usize = 8;
/// Letters of base64 that a secret must fix, whatever stands beside it there.
const FIXED: usize = 7;

/// A secret as it is, and as it reads decoded.
pub(super) fn plain(secret: &str) -> Vec<String> {
    let mut plain = vec![secret.to_owned()];
    for _ in 0..2 {
        let decoded = plain.last().and_then(|last| decoded(last));
        plain.extend(decoded);
    }
    plain.push(unescaped(secret));
    plain.sort();
    plain.dedup();
    plain
}

/// How programs may write it within addresses, strings and pages.
pub(super) fn encoded(plain: &str) -> Vec<String> {
    let once = percent(plain, false);
    let mut all =
        vec![percent(&once, false), percent(plain, true), once, escaped(plain), html(plain)];
    all.extend([form(plain), STANDARD.encode(plain)]);
    if plain.contains('/') {
        all.push(escaped(plain).replace('/', "\\/"));
    }
    if plain.len() >= TELLING || plain.len() > 5 && plain.bytes().all(|byte| byte.is_ascii_digit())
    {
        let each = |write: fn(u32) -> String| plain.chars().map(|c| write(c.into())).collect();
        let bytes = |write: fn(u8) -> String| plain.bytes().map(write).collect();
        all.extend::<[String; 6]>([
            each(|c| format!("\\u{c:04x}")),
            each(|c| format!("\\u{c:04X}")),
            bytes(|byte| format!("%{byte:02X}")),
            bytes(|byte| format!("%{byte:02x}")),
            bytes(|byte| format!("{byte:02x}")),
            bytes(|byte| format!("{byte:02X}")),
        ]);
    }
    all
}

/// What a secret fixes of base64 in which it stands, behind any number of other bytes: of each
/// group of three bytes and four letters it begins at the first, the second or the third.
pub(super) fn base64(secret: &[u8]) -> impl Iterator<Item = String> {
    let parts = [0, 1, 2].map(|before| {
        let bytes = [&vec![0; before], secret].concat();
        let (from, to) = ((before * 4).div_ceil(3), bytes.len() * 4 / 3);
        [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)].map(|text| text[from..to].to_owned())
    });
    parts.into_iter().flatten().filter(|part| part.len() >= FIXED)
}

/// With everything but letters and digits written as `%40`.
fn percent(text: &str, small: bool) -> String {
    let mut encoded = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            _ if small => encoded.push_str(&format!("%{byte:02x}")),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// `p%40ss` as its reader reads it; `None` if nothing in it is encoded.
fn decoded(text: &str) -> Option<String> {
    super::layers::Layer::of(text).map(|layer| layer.text)
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    plain.replace("''", "'")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// As browsers send forms.
fn form(text: &str) -> String {
    percent(text, false).replace("%20", "+")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}
