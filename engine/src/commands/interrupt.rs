//! What an interrupt (Ctrl-C) says where rows are kept.

use std::sync::{Arc, Mutex, PoisonError};

/// What is usual for a process that was interrupted: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// The rows that are on the disk, counted.
pub struct Kept(Arc<Mutex<u64>>);

impl Kept {
    /// From now on an interrupt says how to go on from the rows that are there, and ends the process
    /// between two rows.
    pub fn watch(rows: u64) -> Self {
        let rows = Arc::new(Mutex::new(rows));
        let counted = rows.clone();
        on_interrupt(move || {
            let rows = counted.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("\nstopped: --resume goes on from {rows} rows");
            std::process::exit(INTERRUPTED);
        });
        Self(rows)
    }

    /// Keeps one more.
    pub fn add<E>(&self, keep: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keep()?;
        *rows += 1;
        Ok(())
    }
}

/// Where signals cannot be waited for, an interrupt does what it always does.
#[cfg(unix)]
fn on_interrupt(say: impl FnOnce() + Send + 'static) {
    use signal_hook::{consts::SIGINT, iterator::Signals};
    if let Ok(mut signals) = Signals::new([SIGINT]) {
        std::thread::spawn(move || signals.forever().next().map(|_| say()));
    }
}

#[cfg(not(unix))]
fn on_interrupt(_say: impl FnOnce() + Send + 'static) {}
