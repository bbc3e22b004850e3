//! Making things ahead of their use: while one is worked with, a thread makes the next.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Things at a time: the one in use, and the next.
pub const HELD: usize = 2;

/// Things that a thread makes in their order, one ahead.
#[derive(Debug)]
pub struct Ahead<T> {
    made: Receiver<T>,
    used: Sender<T>,
    at_hand: Option<T>,
    waited: Duration,
}

impl<T> Ahead<T> {
    /// The next thing; the one before it goes back, to be filled again. `None` when there are no more.
    #[expect(clippy::should_implement_trait, reason = "what it lends is gone with the next call")]
    pub fn next(&mut self) -> Option<&T> {
        if let Some(used) = self.at_hand.take() {
            // Nobody takes it back when all are made.
            let _ = self.used.send(used);
        }
        let start = Instant::now();
        self.at_hand = self.made.recv().ok();
        self.waited += start.elapsed();
        self.at_hand.as_ref()
    }

    /// How long whoever asked for things has waited for them so far.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// Calls `work` with what `make` makes on a thread of its own, until that says `false`. There are never more than [`HELD`] things;
/// `make` gets them as they were left, first as they are by default. The thread ends with `work`, whether it took everything or not.
///
/// # Panics
/// If `make` or `work` does.
pub fn ahead<T: Default + Send, R>(
    mut make: impl FnMut(&mut T) -> bool + Send,
    work: impl FnOnce(&mut Ahead<T>) -> R,
) -> R {
    let (give, made) = channel();
    let (used, free) = channel();
    for _ in 0..HELD {
        // Its other end is below.
        let _ = used.send(T::default());
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            for mut thing in free {
                if !make(&mut thing) || give.send(thing).is_err() {
                    break;
                }
            }
        });
        // Moved in, so that the thread is not waited for while it waits for this end.
        let mut ahead = Ahead { made, used, at_hand: None, waited: Duration::ZERO };
        work(&mut ahead)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes the numbers below `count`, and counts what it was given.
    fn numbers(count: usize, made: &AtomicUsize) -> impl FnMut(&mut Vec<usize>) -> bool + Send {
        let mut next = 0;
        move |thing| {
            thing.push(next);
            next += 1;
            made.fetch_add(1, Ordering::SeqCst);
            next <= count
        }
    }

    #[test]
    fn things_come_in_their_order_and_are_used_again() {
        let made = AtomicUsize::new(0);
        let seen = ahead(numbers(5, &made), |things| {
            let mut seen = Vec::new();
            while let Some(thing) = things.next() {
                seen.push(thing.clone());
            }
            seen
        });
        assert_eq!(seen, [vec![0], vec![1], vec![0, 2], vec![1, 3], vec![0, 2, 4]]);
    }

    #[test]
    fn no_more_is_made_than_may_be_held_and_work_may_end_early() {
        let made = AtomicUsize::new(0);
        ahead(numbers(usize::MAX - 1, &made), |things| {
            assert_eq!(things.next(), Some(&vec![0]));
            thread::sleep(Duration::from_millis(30));
            assert_eq!(made.load(Ordering::SeqCst), HELD);
        });
        assert!(made.load(Ordering::SeqCst) <= HELD + 1);
        assert_eq!(ahead(|_: &mut u8| false, |things| things.next().copied()), None);
    }

    #[test]
    fn waiting_is_counted() {
        let slow = |_: &mut u8| {
            thread::sleep(Duration::from_millis(20));
            true
        };
        let waited = ahead(slow, |things| {
            things.next();
            things.waited()
        });
        assert!(waited >= Duration::from_millis(20), "{waited:?}");
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_of_the_maker_is_one_of_the_caller() {
        ahead(|_: &mut u8| panic!("no more"), |things| assert_eq!(things.next(), None));
    }
}
