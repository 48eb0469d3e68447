//! Work in parallel whose results are taken in order, each as soon as it is there.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, mpsc};
use std::thread;

/// Results that may wait for one that takes longer, per thread.
const AHEAD: u64 = 32;

/// Tells those who wait that a thread panicked.
struct Bell<'a> {
    stopped: &'a AtomicBool,
    moved: &'a Condvar,
}

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.stopped.store(true, Ordering::Relaxed);
            self.moved.notify_all();
        }
    }
}

/// Computes every number on `threads` threads, zero for one per core, and hands the results over in
/// order. An error of `take` ends the work. Memory does not grow with the numbers.
pub fn in_order<T: Send, E>(
    threads: usize,
    numbers: Range<u64>,
    compute: impl Fn(u64) -> T + Sync,
    mut take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = match threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    if threads == 1 {
        return numbers.into_iter().try_for_each(|number| take(number, compute(number)));
    }
    let (next, stopped) = (AtomicU64::new(numbers.start), AtomicBool::new(false));
    let (taken, moved) = (Mutex::new(numbers.start), Condvar::new());
    let (sender, results) = mpsc::channel();
    let work = |sender: mpsc::Sender<(u64, T)>| {
        let _bell = Bell { stopped: &stopped, moved: &moved };
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let limit = || AHEAD.saturating_mul(threads as u64);
            let waits = |taken: &mut u64| {
                number >= taken.saturating_add(limit()) && !stopped.load(Ordering::Relaxed)
            };
            let guard = taken.lock().expect("nobody panics while it is held");
            drop(moved.wait_while(guard, waits).expect("nobody panics while it is held"));
            if number >= numbers.end || stopped.load(Ordering::Relaxed) {
                return;
            }
            // Nobody listens any more only where the work has ended.
            let _ = sender.send((number, compute(number)));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(|| work(sender));
        }
        drop(sender);
        let (mut waiting, mut number) = (BTreeMap::new(), numbers.start);
        let advance = |to| {
            *taken.lock().expect("nobody panics while it is held") = to;
            moved.notify_all();
        };
        for (at, result) in results {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&number) {
                if let Err(error) = take(number, result) {
                    stopped.store(true, Ordering::Relaxed);
                    advance(number);
                    return Err(error);
                }
                number += 1;
                advance(number);
            }
        }
        Ok(())
    })
}
