//! Prefetching: while the caller works with one item, a thread makes the next.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Items that exist at a time: the one in use, and the next.
pub const PREFETCH_BUFFERS: usize = 2;

/// Items that a thread makes in order, one ahead of the caller.
#[derive(Debug)]
pub struct Prefetched<T> {
    made: Receiver<T>,
    used: Sender<T>,
    in_use: Option<T>,
    waited: Duration,
}

impl<T> Prefetched<T> {
    /// Returns the next item, or `None` if there are no more. The item before it goes back to be filled
    /// again.
    #[expect(clippy::should_implement_trait, reason = "an item is lent until the next call only")]
    pub fn next(&mut self) -> Option<&T> {
        if let Some(used) = self.in_use.take() {
            // The thread has ended if every item is made.
            let _ = self.used.send(used);
        }
        let start = Instant::now();
        self.in_use = self.made.recv().ok();
        self.waited += start.elapsed();
        self.in_use.as_ref()
    }

    /// Returns the time that [`Prefetched::next`] has waited for items so far.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// Calls `work` with the items that `make` makes on a thread of its own, until `make` returns `false`.
///
/// There are never more than [`PREFETCH_BUFFERS`] items: `make` gets `T::default()` at first, and then the
/// items that were used, as they were left. The thread ends with `work`, even if some items were not taken.
///
/// # Panics
/// If `make` or `work` panics.
pub fn prefetch<T: Default + Send, R>(
    mut make: impl FnMut(&mut T) -> bool + Send,
    work: impl FnOnce(&mut Prefetched<T>) -> R,
) -> R {
    let (give, made) = channel();
    let (used, free) = channel();
    for _ in 0..PREFETCH_BUFFERS {
        // The receiver is alive until the thread below ends.
        let _ = used.send(T::default());
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            for mut item in free {
                if !make(&mut item) || give.send(item).is_err() {
                    break;
                }
            }
        });
        // Owned here: the thread waits for `used` until it is dropped, and the scope waits for the thread.
        let mut prefetched = Prefetched { made, used, in_use: None, waited: Duration::ZERO };
        work(&mut prefetched)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes the numbers below `count`, and reports each before it is given away.
    fn numbers(count: usize, report: Sender<usize>) -> impl FnMut(&mut Vec<usize>) -> bool + Send {
        let mut next = 0;
        move |item| {
            item.push(next);
            // Nobody has to listen.
            let _ = report.send(next);
            next += 1;
            next <= count
        }
    }

    #[test]
    fn items_come_in_order_and_are_used_again() {
        let (report, _reports) = channel();
        let seen = prefetch(numbers(5, report), |items| {
            let mut seen = Vec::new();
            while let Some(item) = items.next() {
                seen.push(item.clone());
            }
            seen
        });
        assert_eq!(seen, [vec![0], vec![1], vec![0, 2], vec![1, 3], vec![0, 2, 4]]);
    }

    #[test]
    fn the_next_item_is_made_while_one_is_in_use() {
        let (report, reports) = channel();
        prefetch(numbers(usize::MAX - 1, report), |items| {
            assert_eq!(items.next(), Some(&vec![0]));
            // Comes although item 0 is still in use, or this waits for ever.
            assert_eq!([reports.recv(), reports.recv()], [Ok(0), Ok(1)]);
        });
        assert_eq!(reports.iter().count(), 0, "nothing is made without an item that is free");
    }

    #[test]
    fn there_are_never_more_items_than_buffers() {
        static CREATED: AtomicUsize = AtomicUsize::new(0);
        struct Counted;
        impl Default for Counted {
            fn default() -> Self {
                CREATED.fetch_add(1, Ordering::SeqCst);
                Counted
            }
        }
        let mut left = 50;
        let make = move |_: &mut Counted| {
            left -= 1;
            left > 0
        };
        let taken = prefetch(make, |items| std::iter::from_fn(|| items.next().map(|_| ())).count());
        assert_eq!((taken, CREATED.load(Ordering::SeqCst)), (49, PREFETCH_BUFFERS));
    }

    #[test]
    fn work_may_end_early_and_there_may_be_nothing() {
        let (report, reports) = channel();
        prefetch(numbers(usize::MAX - 1, report), |items| assert_eq!(items.next(), Some(&vec![0])));
        assert!(reports.iter().count() <= PREFETCH_BUFFERS);
        assert_eq!(prefetch(|_: &mut u8| false, |items| items.next().copied()), None);
    }

    #[test]
    fn waiting_is_counted() {
        let start = Instant::now();
        let (go, gate) = channel();
        let gated = move |_: &mut u8| gate.recv().is_ok();
        let (before, first, second) = prefetch(gated, move |items| {
            let before = items.waited();
            let mut wait = || {
                // The item is made after this only.
                go.send(()).unwrap();
                items.next();
                items.waited()
            };
            (before, wait(), wait())
        });
        assert_eq!(before, Duration::ZERO);
        assert!(before < first && first < second && second <= start.elapsed(), "{first:?} {second:?}");
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_of_the_maker_reaches_the_caller() {
        prefetch(|_: &mut u8| panic!("no more"), |items| assert_eq!(items.next(), None));
    }
}
