//! Writes what really happens in a test process as JSON lines, unseen by its logs.
use std::cell::RefCell;
use std::fmt::Debug;
use std::io::Write;
use std::sync::Once;
use std::time::{SystemTime, UNIX_EPOCH};

thread_local!(static CURRENT: RefCell<Option<String>> = const { RefCell::new(None) });
static HOOKED: Once = Once::new();

pub fn emit(event: &str, facts: &str) {
    let Ok(folder) = std::env::var("CI_EVENTS") else { return };
    let pid = std::process::id();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let test = CURRENT.with(|current| current.borrow().as_ref().map_or("null".into(), |name| format!("{name:?}")));
    let line = format!("{{\"t\": {now:.3}, \"ev\": \"{event}\", \"pid\": {pid}, \"worker\": \"main\", \"test\": {test}{facts}}}\n");
    let file = std::fs::OpenOptions::new().create(true).append(true).open(format!("{folder}/{pid}.jsonl"));
    if let Ok(mut file) = file {
        let _ = file.write_all(line.as_bytes());
    }
}

pub fn begin() {
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload_as_str().unwrap_or_default().replace(['\n', '\t'], " ").replace('\\', "/").replace('"', "'");
            emit("end", &format!(", \"outcome\": \"failed\", \"chain\": [{{\"class\": \"panic\", \"message\": \"{text}\", \"code\": null}}]"));
            before(info);
        }));
    });
    let name = std::thread::current().name().unwrap_or("main").to_owned();
    CURRENT.with(|current| *current.borrow_mut() = Some(name));
    emit("begin", "");
}

pub fn out(connection: impl Debug) {
    emit("out", &format!(", \"conn\": \"{connection:?}\""));
}

pub fn back(connection: impl Debug) {
    emit("in", &format!(", \"conn\": \"{connection:?}\""));
}

pub fn passed() {
    emit("end", ", \"outcome\": \"passed\"");
}
