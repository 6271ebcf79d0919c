//! A log of any size, as a run with pytest-xdist writes it: the same bytes each time.
//!
//! Two lines of five are debug traces of sessions and pools, one of ten belongs to a
//! traceback, the rest is what a web application prints beside them. A few sessions are
//! never closed.

use std::io::{self, Write};

/// Workers that write into the log.
const WORKERS: u64 = 8;
/// Of so many sessions one stays open.
const LEAK: u64 = 50_000;

/// What an application prints beside its sessions; `#` stands for a number.
const NOISE: [(&str, &str, &str); 9] = [
    (
        "DEBUG",
        "sqlalchemy.engine.Engine",
        "SELECT users.id, users.email FROM users WHERE users.id = $1::INTEGER",
    ),
    ("DEBUG", "sqlalchemy.engine.Engine", "[generated in 0.000#s] (#,)"),
    ("DEBUG", "asyncio", "Using selector: EpollSelector"),
    ("DEBUG", "app.cache", "cache miss key=user:# ttl=#s"),
    ("DEBUG", "app.security", "token checked in #ms for user #"),
    ("DEBUG", "httpx", "HTTP Request: GET http://testserver/api/v1/users/# \"HTTP/1.1 200 OK\""),
    (
        "INFO",
        "app.middlewares.logging",
        "POST /api/v1/uploads completed status=201 duration=#ms request_id=#",
    ),
    ("DEBUG", "multipart.multipart", "Calling on_part_data with data[#:#]"),
    ("WARNING", "app.services.export", "page # of # took longer than expected"),
];

/// Writes a log of at least `bytes`.
pub(super) fn write(bytes: u64, out: impl Write) -> io::Result<()> {
    let mut log = Log { out, written: 0, dice: 2026, micros: 0, sessions: [0; WORKERS as usize] };
    while log.written < bytes {
        match log.roll(100) {
            0..=7 => log.session()?,
            8 => log.traceback()?,
            _ => log.noise()?,
        }
    }
    log.out.flush()
}

struct Log<W> {
    out: W,
    written: u64,
    dice: u64,
    micros: u64,
    sessions: [u64; WORKERS as usize],
}

impl<W: Write> Log<W> {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % sides
    }

    fn raw(&mut self, line: &str) -> io::Result<()> {
        self.written += line.len() as u64 + 1;
        writeln!(self.out, "{line}")
    }

    fn line(&mut self, level: &str, logger: &str, message: &str) -> io::Result<()> {
        self.micros += 1000 * self.roll(4);
        let (millis, seconds) = (self.micros / 1000 % 1000, self.micros / 1_000_000);
        let (day, of_day) = (1 + seconds / 86_400, seconds % 86_400);
        let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let file = logger.rsplit('.').next().unwrap_or(logger);
        self.raw(&format!(
            "2026-03-{day:02} {hours:02}:{minutes:02}:{seconds:02},{millis:03} [{level:>8}] {logger}: \
             {message} ({file}.py:{})",
            10 + message.len()
        ))
    }

    fn noise(&mut self) -> io::Result<()> {
        let (level, logger, template) = NOISE[self.roll(NOISE.len() as u64) as usize];
        let mut message = String::new();
        for (index, part) in template.split('#').enumerate() {
            if index > 0 {
                message.push_str(&self.roll(100_000).to_string());
            }
            message.push_str(part);
        }
        self.line(level, logger, &message)
    }

    fn traceback(&mut self) -> io::Result<()> {
        self.line("ERROR", "app.services.export", "the request failed")?;
        self.raw("Traceback (most recent call last):")?;
        for frame in ["services/export.py", "services/pages.py", "core/validate.py"] {
            let line = self.roll(400);
            self.raw(&format!(
                "  File \"/home/runner/work/app/src/{frame}\", line {line}, in call"
            ))?;
            self.raw("    result = await step(value)")?;
            self.raw("             ^^^^^^^^^^^^^^^^^")?;
        }
        let number = self.roll(100_000);
        self.raw(&format!("ValueError: invalid id {number}"))
    }

    fn session(&mut self) -> io::Result<()> {
        let worker = self.roll(WORKERS);
        self.sessions[worker as usize] += 1;
        let number = self.sessions[worker as usize];
        let database = |log: &mut Self, level: &str, message: &str| {
            log.line(level, "src.core.database", message)
        };
        database(
            self,
            "DEBUG",
            &format!("[DB_SESSION] Creating session #{number} - Worker: gw{worker}"),
        )?;
        self.pool("Before", number, worker, 0)?;
        database(
            self,
            "DEBUG",
            &format!("[DB_SESSION] Session #{number} created successfully in 0.001s"),
        )?;
        self.noise()?;
        if number.is_multiple_of(LEAK) {
            return Ok(());
        }
        database(
            self,
            "DEBUG",
            &format!("[DB_SESSION] Session #{number} completed successfully in 0.141s"),
        )?;
        database(self, "DEBUG", &format!("[DB_SESSION] Session #{number} closed in 0.001s"))?;
        self.pool("After", number, worker, 0)
    }

    fn pool(&mut self, when: &str, number: u64, worker: u64, out: u64) -> io::Result<()> {
        for message in [
            format!("{when} session #{number} - Worker: gw{worker}"),
            "Pool size: 5".to_owned(),
            format!("Checked out: {out}"),
            format!("Checked in: {}", 5 - out),
            "Overflow: 0".to_owned(),
        ] {
            self.line("INFO", "src.core.database", &format!("[DB_POOL_STATE] {message}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_the_same_each_time_and_holds_what_it_says() {
        let log = || {
            let mut bytes = Vec::new();
            write(300_000, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let text = log();
        assert_eq!(text, log());
        let lines = text.lines().count();
        let share =
            |word: &str| text.lines().filter(|line| line.contains(word)).count() * 100 / lines;
        assert!((35..55).contains(&share("[DB_")), "{}", share("[DB_"));
        assert!((1..6).contains(&share("File \"/home")), "{}", share("File \"/home"));
    }
}
