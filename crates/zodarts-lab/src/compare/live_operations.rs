//! The number of live operations over the course of a search.
//!
//! An operation of an edge is live if its p > 0 and its result reaches the output, so that it has to be
//! computed. `none` is never live.

use zodarts_nas::records::SearchRecord;

/// Live operations after the first epoch, a quarter, half, three quarters and all of the planned epochs.
pub type Milestones = [f64; 5];

/// Returns the means over searches, or `None` if one of them has no records. A search that stopped early
/// keeps its last value.
pub fn milestones(searches: &[&[SearchRecord]]) -> Option<Milestones> {
    let each: Option<Vec<Milestones>> = searches.iter().map(|records| of(records)).collect();
    let each = each.filter(|each| !each.is_empty())?;
    let mean = |at: usize| each.iter().map(|one| one[at]).sum::<f64>() / each.len() as f64;
    Some(std::array::from_fn(mean))
}

fn of(records: &[SearchRecord]) -> Option<Milestones> {
    let last = records.last()?;
    let after = |epochs: usize| records.get(epochs.max(1) - 1).unwrap_or(last).live_operations as f64;
    Some(std::array::from_fn(|quarter| after((quarter * last.epochs).div_ceil(4))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_seeds(lives: &[(&[usize], usize)]) -> Option<Milestones> {
        let searches: Vec<_> = lives
            .iter()
            .map(|(live, planned)| crate::compare::example_records::search_records(live, *planned))
            .collect();
        milestones(&searches.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn quarters_are_of_the_plan_and_a_search_that_stopped_keeps_its_last_value() {
        let whole: &[usize] = &[24, 23, 22, 21, 20, 19, 18, 17];
        assert_eq!(of_seeds(&[(whole, 8)]), Some([24.0, 23.0, 21.0, 19.0, 17.0]));
        assert_eq!(of_seeds(&[(&[24, 20, 10], 8)]), Some([24.0, 20.0, 10.0, 10.0, 10.0]));
        assert_eq!(of_seeds(&[(&[24, 5], 2), (&[20, 3], 2)]), Some([22.0, 22.0, 22.0, 4.0, 4.0]));
        // After a quarter of ten epochs means once it is over: after the third.
        assert_eq!(of_seeds(&[(&[9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 10)]), Some([9.0, 7.0, 5.0, 2.0, 0.0]));
    }

    #[test]
    fn without_records_there_is_nothing_to_say() {
        assert_eq!(of_seeds(&[]), None);
        assert_eq!(of_seeds(&[(&[24], 1), (&[], 1)]), None);
    }
}
