//! Independent tasks on all threads.

use rayon::prelude::*;

/// Returns the results of all tasks, in their order. Each thread works on consecutive tasks, with buffers
/// from `begin`.
pub fn on_all_threads<T: Send, B, R: Send>(
    tasks: Vec<T>,
    begin: impl Fn() -> B + Sync + Send,
    work: impl Fn(&mut B, T) -> R + Sync + Send,
) -> Vec<R> {
    let share = tasks.len().div_ceil(rayon::current_num_threads());
    tasks.into_par_iter().with_min_len(share).map_init(begin, work).collect()
}
