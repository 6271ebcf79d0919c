//! What is left behind when somebody interrupts the program: nothing.
//!
//! Reports are written aside before they take their place. A signal that ends the program
//! removes those files first, then ends it as if nobody had listened.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files that were begun.
static ASIDE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes a file if the program is interrupted from now on.
pub(crate) fn remove_if_interrupted(path: &Path) {
    let mut aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
    if aside.is_empty() {
        listen();
    }
    aside.push(path.to_owned());
}

#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // Without a listener a signal just leaves a file behind.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let aside = ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
            aside.iter().for_each(|path| _ = std::fs::remove_file(path));
            _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
fn listen() {}
