//! Phrases in which programs print secrets, as `shapes` writes structures.

use super::shapes::Writing::{Chosen, Json, Plain, Python};
use super::shapes::{Shape, any};

/// All phrases.
pub const SHAPES: &[Shape] = &[
    any("Typing \"{V}\" into password field", Json),
    any("Filling field 'password' with '{V}'", Python),
    any("fill_in 'Password', with: '{V}'", Python),
    any("  - fill(\"{V}\") on locator('#password')", Json),
    any("await page.fill('#password', '{V}');", Python),
    any("send_keys('{V}') into <input type=\"password\" id=\"pw\">", Python),
    any("the password field contains \"{V}\"", Json),
    any("E        +  where '{V}' = Config().db_password", Python),
    any("auth_test.go:8: got token \"{V}\", want \"\"", Json),
    any("let(:password) { '{V}' }", Python),
    any("\"password\" with value \"{V}\" fails to match the required pattern", Json),
    any("{ code: 'custom', path: [ 'password' ], received: '{V}' }", Python),
    any("{ instancePath: '/password', message: 'must match', data: '{V}' }", Python),
    any("passwordEncoder.encode(\"{V}\")", Json),
    any("BCrypt::Password.create('{V}')", Python),
    any("http.Header{\"Accept\":[]string{\"*/*\"}, \"X-Api-Key\":[]string{\"{V}\"}}", Json),
    any("mapOf(\"user\" to \"app\", \"password\" to \"{V}\")", Json),
    any("let s = Secret::new(\"{V}\".to_string());", Json),
    any("Content-Disposition: form-data; name=\"password\"\n\n{V}\n--boundary", Chosen),
    any("<member><name>password</name><value><string>{V}</string></value></member>", Plain),
    any("{\"kty\":\"oct\",\"k\":\"{V}\",\"alg\":\"HS256\"}", Plain),
    any("auth: 'app:{V}', host: 'db'", Chosen),
    any("Superuser created: admin:{V}", Chosen),
    any("changed password from {V} to x", Chosen),
    any("Password for the [elastic] user successfully reset.\nNew value: {V}", Chosen),
    any("security unlock-keychain -p {V} build.keychain", Chosen),
    any("ioredis:redis write command[redis:6379]: 0 -> auth([ '{V}' ])", Python),
    any("write(3, \"PASS {V}\\r\\n\", 15) = 15", Chosen),
    any("a1 LOGIN bob {V}", Chosen),
    any("session_key={V}", Chosen),
];
